"""What is said of a whole array that differs."""

import numpy as np
import pytest

from coursekit.checking import facts
from coursekit.checking.exercise import Tensor
from coursekit.checking.localise import localise


@pytest.mark.parametrize(("scale", "said"), [(1, True), (1e3, True), (2.0**24, False), (1e20, False)])
def test_numbers_so_large_that_none_has_a_fraction_are_not_called_integers(scale, said):
    rng = np.random.default_rng(0)
    got = scale * rng.permutation(np.arange(-6.0, 6.0)).reshape(3, 4)
    found = localise(got, rng.normal(size=(3, 4)), Tensor("out", ("B", "D")), {"B": 3, "D": 4}, 1e-9)
    assert (facts.Integers() in found) == said

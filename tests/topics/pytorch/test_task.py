"""What lesson 06b trains: some answers are wrong, only where it is said, and the valley is what it is called."""

import numpy as np

from coursekit.reference.numerics import numerical_gradient
from coursekit.topics.pytorch import downhill, task


def right_answers(x, y):
    """Share of rows whose answer is the flagged symbol."""
    x, y = x.numpy(), y.numpy()
    flagged = x[x[..., -1] == 1][:, : task.CLASSES].argmax(axis=1)
    return (flagged == y).mean()


def test_only_the_test_rows_have_no_errors():
    parts = task.with_errors()
    assert right_answers(*parts.test) == 1
    for part in (parts.train, parts.valid):
        assert abs(right_answers(*part) - (1 - task.WRONG * (1 - 1 / task.CLASSES))) < 0.06


def test_the_parts_are_drawn_apart_and_the_same_each_time():
    parts, again = task.with_errors(), task.with_errors()
    assert all((a == b).all() for one, two in zip(parts, again, strict=True) for a, b in zip(one, two, strict=True))
    assert not (parts.train[0][:100] == parts.valid[0][:100]).all()


def test_the_gradient_of_the_valley_is_that_of_its_height():
    place = np.array([-0.7, 0.3])
    found = numerical_gradient(lambda w: np.array(downhill.valley(w)[0]), place, np.array(1.0))
    assert np.allclose(found, downhill.valley(place)[1], rtol=1e-6)

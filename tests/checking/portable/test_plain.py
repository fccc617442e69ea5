"""What can be read as numbers, what stands for the rest, and that whatever comes out can be sent."""

import collections
import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.checking.portable import plain as module
from coursekit.checking.portable.plain import plain
from coursekit.grading.run.sandbox.inside import wire


def kinds(value):
    """The exact types of a value and of its parts."""
    parts = value.values() if type(value) is dict else value if type(value) in (list, tuple) else ()
    return {type(value)}.union(*(kinds(part) for part in parts))


@dataclasses.dataclass
class Own:
    x: float = 1.0


Pair = collections.namedtuple("Pair", "detach shape")
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.fractions()
    | st.decimals()
    | st.dates()
    | st.builds(Own)
    | st.sampled_from([np.longdouble(1), np.float16(2), np.datetime64("2020"), np.zeros(3, object), np.zeros(2, "c32")])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.lists(inner, max_size=4).map(collections.deque)
        | st.lists(inner, max_size=4).map(iter)
        | st.builds(Pair, inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers() | st.none(), inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(collections.OrderedDict)
    ),
)


@given(VALUES)
def test_whatever_comes_out_is_plain_and_can_be_sent(value):
    out = plain(value)
    assert kinds(out) <= {type(None), bool, int, float, str, list, tuple, dict, np.ndarray}
    wire.Encoder(lambda _: None, 1 << 20).frame({"value": out})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([0.0] * (module.MAX_PARTS + 1), "far more than any draw asks for"),
        ([[0.0] * 1000] * 1000, "far more than any draw asks for"),
        ([np.zeros(1)] * (module.MAX_ARRAYS + 1), "far more than any draw asks for"),
        (np.broadcast_to(0.0, (10**6, 10**6)), "far more than any draw asks for"),
        ([np.zeros(module.MAX_NUMBERS)] * 3, "far more than any draw asks for"),
        (dict.fromkeys(range(module.MAX_KEYS + 1)), "far more than any draw asks for"),
    ],
)
def test_what_is_too_much_is_said_and_the_rest_can_be_sent(value, said):
    out = plain(value)
    wire.Encoder(lambda _: None, 64 << 20).frame({"value": out})
    assert said in repr(out)


def test_arrays_are_not_copied_so_that_a_shared_buffer_is_seen():
    array = np.zeros(3)
    assert np.shares_memory(plain([array])[0], array)


def test_no_key_that_names_nothing():
    assert plain({None: 1, (1, 2): 2, "h": 3, 4: 5}) == {"h": 3, 4: 5}

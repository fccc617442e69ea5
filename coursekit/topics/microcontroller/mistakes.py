"""Runnable mistakes of lesson 20: products in int8, states of a stream. cell_mistakes.py has those of the cell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.microcontroller.answers import int8_matvec, stream

Array = np.ndarray


def levels(values: Array, how: Callable[[Array], Array] = np.rint) -> Array:
    """Rounded as asked, then cut to 8 bits as a machine does it: 128 becomes -128."""
    return how(values).astype(np.int64).astype(np.int8)


def _largest(W: Array) -> Array:
    return np.abs(W).max(axis=1)


def _matvec(
    scale_of: Callable[[Array], Array] = lambda W: _largest(W) / 127,
    how: Callable[[Array], Array] = np.rint,
    sums: type = np.int32,
    y_of: Callable[..., Array] = lambda sums, scale, x_scale: sums * scale * x_scale,
) -> Callable:
    """A product with other scales, another rounding, narrower sums, or another way back to real numbers."""

    def answer(W, x):
        scale = scale_of(W)
        scale = np.where(scale != 0, scale, 1.0)
        q = levels(W / scale[:, None], how)
        x_scale = np.abs(x).max() / 127
        x_q = how(x / x_scale).astype(np.int64)
        return q, scale, y_of(q.astype(sums) @ x_q.astype(sums), scale, x_scale)

    return answer


def _columns(W: Array, x: Array) -> tuple[Array, Array, Array]:
    scale = np.abs(W).max(axis=0) / 127
    q = levels(W / scale)
    x_scale = np.abs(x).max() / 127
    return q, scale, (q.astype(np.int32) * scale) @ levels(x / x_scale).astype(np.int32) * x_scale


def _float_x(W: Array, x: Array) -> tuple[Array, Array, Array]:
    q, scale, _ = int8_matvec(W, x)
    return q, scale, scale * (q.astype(float) @ x)


def _exact(W: Array, x: Array) -> tuple[Array, Array, Array]:
    q, scale, _ = int8_matvec(W, x)
    return q, scale, W @ x


def _inverse(W: Array, x: Array) -> tuple[Array, Array, Array]:
    q, scale, y = int8_matvec(W, x)
    return q, 1 / scale, y


def _clipped(W: Array, x: Array) -> tuple[Array, Array, Array]:
    """max / 128, with the 128 that comes of it cut to 127."""
    scale = np.where(_largest(W) > 0, _largest(W) / 128, 1.0)
    q = np.clip(np.rint(W / scale[:, None]), -128, 127).astype(np.int8)
    x_scale = np.abs(x).max() / 128
    x_q = np.clip(np.rint(x / x_scale), -128, 127).astype(np.int32)
    return q, scale, q.astype(np.int32) @ x_q * scale * x_scale


def _divided_by_zero(W: Array, x: Array) -> tuple[Array, Array, Array]:
    scale, x_scale = _largest(W) / 127, np.abs(x).max() / 127
    with np.errstate(all="ignore"):
        q = np.rint(W / scale[:, None])
        return q, scale, q @ np.rint(x / x_scale) * scale * x_scale


def _no_overflow(W: Array, x: Array) -> tuple[Array, Array, Array]:
    q, scale, y = int8_matvec(W, x)
    return q, scale, np.clip(y / scale / (np.abs(x).max() / 127), -127, 127) * scale * np.abs(x).max() / 127


MATVEC = (
    Mistake(
        "one scale for the whole matrix",
        "One row with large weights makes the steps of every other row too coarse. Each row has its own maximum.",
        _matvec(lambda W: np.full(len(W), _largest(W).max() / 127)),
    ),
    Mistake(
        "one scale for each column",
        "A scale can leave the sum only if all terms of the sum share it. Over which axis does the sum run?",
        _columns,
    ),
    Mistake(
        "the largest entry in place of the largest size",
        "A row with an entry of -2 and nothing above 1 needs a scale for 2.",
        _matvec(lambda W: np.where(W.max(axis=1) != 0, W.max(axis=1), W.min(axis=1)) / 127),
    ),
    Mistake(
        "a scale of max / 128, where 128 turns into -128",
        "int8 goes from -128 to 127. What becomes of the largest entry itself?",
        _matvec(lambda W: _largest(W) / 128),
    ),
    Mistake(
        "a scale of max / 128, cut at 127",
        "int8 goes from -128 to 127. So that the largest entry has a level of its own, it has to be the 127th.",
        _clipped,
    ),
    Mistake(
        "numbers cut off in place of rounded",
        "astype drops what comes after the point: 1.9 becomes 1. Round first.",
        _matvec(how=np.trunc),
    ),
    Mistake(
        "numbers rounded down",
        "The nearest level can lie above as well.",
        _matvec(how=np.floor),
    ),
    Mistake(
        "sums in 8 bits",
        "127 times 127 is 16129, and int8 ends at 127; NumPy wraps round without a word. What type do the sums need?",
        _matvec(sums=np.int8),
    ),
    Mistake(
        "sums in 16 bits",
        "int16 ends at 32767: three products of full size are too many for it.",
        _matvec(sums=np.int16),
    ),
    Mistake(
        "sums cut at 127",
        "Only what is stored has 8 bits. The sum has 32, and nothing is cut.",
        _no_overflow,
    ),
    Mistake(
        "an x that stays as it is",
        "With a real x the product is one of real numbers. x is rounded too, with one scale of its own.",
        _float_x,
    ),
    Mistake(
        "the product of the real numbers",
        "y is what the integers give, with both scales.",
        _exact,
    ),
    Mistake(
        "a product without the scale of x",
        "x was divided by its scale. What undoes that?",
        _matvec(y_of=lambda sums, scale, x_scale: sums * scale),
    ),
    Mistake(
        "a product without the scales of the rows",
        "Each row was divided by its scale. What undoes that?",
        _matvec(y_of=lambda sums, scale, x_scale: sums * x_scale),
    ),
    Mistake(
        "scales that are 127 / max",
        "The exercise asks for the scale with W = q * scale, nearly: the size of one level.",
        _inverse,
    ),
    Mistake(
        "a row of zeros divided by zero",
        "The largest entry of a row can be 0. Which scale does no harm there?",
        _divided_by_zero,
    ),
)  # fmt: skip


def _stream(
    begin: Callable[[Array, Array], Array] = lambda h, h0: h,
    rows: Callable[[Array], Array] = lambda chunk: chunk,
    hand_on: Callable[[list, Array], Array] = lambda own, h: h,
    chunks_of: Callable[[list], list] = list,
) -> Callable:
    """A stream with another state at the beginning of a chunk, other rows, or another state handed on."""

    def answer(step, chunks, h):
        h0, hs = h, []
        for chunk in chunks_of(chunks):
            h, own = begin(h, h0), []
            for x in rows(chunk):
                h = step(x, h)
                own.append(h)
            hs += own
            h = hand_on(own, h)
        return np.stack(hs), h

    return answer


def _cleared_when_empty(step, chunks, h):
    hs = []
    for chunk in chunks:
        h = h if len(chunk) else 0 * h
        for x in chunk:
            h = step(x, h)
            hs.append(h)
    return np.stack(hs), h


def _zeros_first(step, chunks, h):
    return stream(step, chunks, 0 * h)


def _before(step, chunks, h):
    """The state before each row."""
    hs = []
    for chunk in chunks:
        for x in chunk:
            hs.append(h)
            h = step(x, h)
    return np.stack(hs), h


def _one_buffer(step, chunks, h):
    """One array for the state, written again and again, and put into the list each time."""
    hs, h = [], h.copy()
    for chunk in chunks:
        for x in chunk:
            h[...] = step(x, h)
            hs.append(h)
    return np.stack(hs), h


def _first_of_last(step, chunks, h):
    hs, last = stream(step, chunks, h)
    return hs, h


STREAM = (
    Mistake(
        "a state that is zero at the beginning of each chunk",
        "Where a chunk ends is a matter of the buffer. The sequence goes on.",
        _stream(lambda h, h0: 0 * h),
    ),
    Mistake(
        "the first state again at the beginning of each chunk",
        "h belongs to the first row of the first chunk. What does the second chunk begin with?",
        _stream(lambda h, h0: h0),
    ),
    Mistake(
        "a first state of zeros",
        "The stream may have begun long ago: its state is an argument.",
        _zeros_first,
    ),
    Mistake(
        "an empty chunk that clears the state",
        "A chunk without rows means that nothing has arrived yet. What should it change?",
        _cleared_when_empty,
    ),
    Mistake(
        "the state of a chunk's first row handed on",
        "The next chunk begins where the last row has ended.",
        _stream(hand_on=lambda own, h: own[0] if own else h),
    ),
    Mistake(
        "the state before each row",
        "After a row has been read, its state is the new one.",
        _before,
    ),
    Mistake(
        "chunks read from the last to the first",
        "They arrive in their order.",
        _stream(chunks_of=lambda chunks: list(chunks)[::-1]),
    ),
    Mistake(
        "rows of a chunk read from the last to the first",
        "The first row of a chunk is the oldest.",
        _stream(rows=lambda chunk: chunk[::-1]),
    ),
    Mistake(
        "one array that is in the list T times",
        "An array that is written again is the same array in every place of the list.",
        _one_buffer,
    ),
    Mistake(
        "the first state in the place of the last",
        "What is returned second goes into the next call: it is the state after the last row.",
        _first_of_last,
    ),
)

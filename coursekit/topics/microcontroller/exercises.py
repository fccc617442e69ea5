"""Lesson 20, a GRU on a microcontroller: a product in int8, a stream in chunks, weights for ONNX, the step in int8."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.recurrence.draws import LARGE
from coursekit.reference import gru
from coursekit.topics.microcontroller import cell_mistakes, mistakes
from coursekit.topics.microcontroller.answers import gru_step_int8, int8_matvec, stream, to_onnx_order

LESSON = "20_microcontroller"


def _unlike_rows(rng: np.random.Generator, R: int, C: int) -> np.ndarray:
    """A matrix whose rows differ in size by a factor of ten and more, as those of trained networks do; the largest
    entry of the first row is negative."""
    W = rng.uniform(-1, 1, (R, C)) * 10.0 ** rng.uniform(-1, 0.5, (R, 1))
    W[0, int(rng.integers(C))] = -1.5 * np.abs(W[0]).max()
    return W


def _draw_products(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (R, C) in {"small": (3, 4), "full size": (6, 9), "a row of zeros": (4, 5), "long rows": (5, 40)}.items():
        W, x = _unlike_rows(rng, R, C), rng.normal(0, 2, C)
        x[int(rng.integers(C))] = -1.5 * np.abs(x).max()
        if name == "a row of zeros":
            W[int(rng.integers(1, R))] = 0
        if name == "long rows":
            W[1], x = np.abs(W[1]), np.abs(x)  # what is summed is of one sign, and large
        yield Draw(name, {"W": W, "x": x}, {"R": R, "C": C})


register(
    Exercise(
        name="int8_matvec",
        lesson=LESSON,
        asks="A matrix in int8 with one scale for each row, these scales, and the product with a vector that is "
        "rounded as well.",
        reference=int8_matvec,
        returns=(Tensor("q", ("R", "C"), exact=True), Tensor("scale", ("R",)), Tensor("y", ("R",))),
        draw=_draw_products,
        mistakes=mistakes.MATVEC,
        hints=(
            "Three parts: scales, integers, product. The scale of a row is the size of one level: what are the largest "
            "entry of the row and the largest level?",
            "np.abs(W).max(axis=1) is one number for each row. W divided by the scales, row by row, lies between -127 "
            "and 127; np.rint rounds. Where a row is all zeros, divide by 1.",
            "x becomes integers in the same way, with one scale for all of it. Before the product, make both sides "
            "int32: then the sums have room. The last line multiplies by two kinds of scales.",
        ),
        parts={"scale": "the scale of each row", "q": "the rounded matrix", "x_scale": "the scale of x"},
        points=3,
    )
)


def _cell(rng: np.random.Generator, D: int, H: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A small GRU as step(x, h) -> the next h, for one sequence."""
    params = gru.init(D, H, rng)

    def step(x: np.ndarray, h: np.ndarray) -> np.ndarray:
        return gru.step(np.asarray(x, float)[None], np.asarray(h, float)[None], params)[0][0]

    return step


def _draw_streams(rng: np.random.Generator) -> Iterator[Draw]:
    cases = {
        "one chunk": ((3,), 2, 4),
        "two chunks": ((2, 3), 2, 4),
        "unequal chunks": ((3, 1, 4, 2), 3, 5),
        "a chunk without rows": ((2, 0, 3), 3, 5),
        LARGE: ((2, 4, 0, 3), 3, 5),
    }
    for name, (lengths, D, H) in cases.items():
        factor = 20.0 if name == LARGE else 1.0
        chunks = [factor * rng.standard_normal((T, D)) for T in lengths]
        args = {"step": _cell(rng, D, H), "chunks": chunks, "h": rng.uniform(-0.9, 0.9, H)}
        yield Draw(name, args, {"T": sum(lengths), "chunks": len(lengths), "D": D, "H": H})


register(
    Exercise(
        name="stream",
        lesson=LESSON,
        asks="The states of a sequence that arrives in chunks, and the state with which the next call begins.",
        reference=stream,
        returns=(Tensor("hs", ("T", "H"), sequence="T"), Tensor("last", ("H",))),
        draw=_draw_streams,
        mistakes=mistakes.STREAM,
        hints=(
            "Compare two chunks of three rows with one chunk of six. Should the states differ?",
            "Two loops, one over the chunks and one over the rows of each. In which of the two does h begin anew?",
            "In neither. Each row makes the h that the next row meets, whatever chunk that lies in; collect them on "
            "the way, in a list.",
        ),
        points=2,
    )
)


def _draw_weights(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (D, H) in {"small": (2, 3), "fresh numbers": (3, 5), "more inputs than units": (7, 2)}.items():
        yield Draw(name, gru.init(D, H, rng)._asdict(), {"D": D, "H": H})


_ONNX_BLOCKS = ("z", "r", "n")

register(
    Exercise(
        name="to_onnx_order",
        lesson=LESSON,
        asks="The inputs W, R, B and the attribute linear_before_reset of ONNX's GRU, for the weights of the course's.",
        reference=to_onnx_order,
        returns=(
            Tensor("W", ("1", "3H", "D")),
            Tensor("R", ("1", "3H", "H")),
            Tensor("B", ("1", "6H")),
            Tensor("linear_before_reset", exact=True),
        ),
        draw=_draw_weights,
        mistakes=cell_mistakes.ONNX,
        hints=(
            "Split an array into its three blocks. Which of them stand elsewhere in ONNX?",
            "r, z, n = np.split(array, 3) gives the blocks; all four arrays have them. B is one vector: first all that "
            "belongs to the input, then all that belongs to the state.",
            "Each of W, R and B gets an axis of length 1 in front. For the attribute: does r multiply h before W_hn "
            "does, or what W_hn has made of it?",
        ),
        points=2,
    )
)


def _draw_steps(rng: np.random.Generator) -> Iterator[Draw]:
    cases = {
        "the first step, from zeros": (3, 5),
        "full size": (3, 5),
        "an empty row": (4, 6),
        "a large input": (3, 5),
        "fresh numbers": (7, 4),
    }
    for name, (D, H) in cases.items():
        params = gru.init(D, H, rng)
        x, h = rng.uniform(-1, 1, D), rng.uniform(-0.9, 0.9, H)
        x[int(rng.integers(D))] = -1.2
        h[int(rng.integers(H))] = -0.95
        x, h = (0 * x if name == "an empty row" else x), (0 * h if name.endswith("zeros") else h)
        if name == "a large input":
            x, h = 20 * x, np.sign(h) * rng.uniform(0.96, 0.999, H)
        (q_ih, scale_ih, _), (q_hh, scale_hh, _) = (
            int8_matvec(_shaken(rng, W), np.ones(W.shape[1])) for W in (params.W_ih, params.W_hh)
        )
        weights = (q_ih, scale_ih, q_hh, scale_hh, params.b_ih, params.b_hh)
        yield Draw(name, {"x": x, "h": h, "weights": weights}, {"D": D, "H": H})


def _shaken(rng: np.random.Generator, W: np.ndarray) -> np.ndarray:
    """The matrix with rows of unlike size, so that no scale can stand for another."""
    return W * rng.uniform(0.5, 2, (len(W), 1))


register(
    Exercise(
        name="gru_step_int8",
        lesson=LESSON,
        asks="One step of a GRU whose matrices are in int8, as the microcontroller computes it.",
        reference=gru_step_int8,
        returns=(Tensor("h", ("H",)),),
        draw=_draw_steps,
        mistakes=cell_mistakes.STEP,
        hints=(
            "It is the step of lesson 05 with two other products. What does each product need: integers of the matrix, "
            "integers of the vector, and which two scales?",
            "The scale of a vector is its largest size divided by 127. If the vector is all zeros, take 1. Make the "
            "integers int32 before they meet.",
            "Sums times the scales of the rows times the scale of the vector, then the bias: that is ax for x, and in "
            "the same way ah for h. From there on it is lesson 05, and the h that is carried is the one that came in.",
        ),
        parts={"r": "the reset gate r", "z": "the update gate z", "n": "the candidate n"},
        points=4,
    )
)

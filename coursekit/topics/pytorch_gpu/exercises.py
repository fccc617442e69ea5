"""Lesson 07, the GPU: weights from Keras, parity, timing, a fused layer, unequal lengths.

torch is imported when an answer is checked, not before: everything here that needs it imports it late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.outcome import Case
from coursekit.checking.registry import register
from coursekit.recurrence.draws import LARGE, SEQUENCE_SIZES, far_out, inputs, sequence_args, upstream
from coursekit.recurrence.gru_tensors import LAYER_PARTS, LAYER_SIZES, STATES, weight_tensors
from coursekit.reference import conventions, gru
from coursekit.topics.pytorch_gpu import mistakes, timing_mistakes, weight_mistakes
from coursekit.topics.pytorch_gpu.answers import (
    benchmark,
    from_keras,
    gru_layer_fused,
    parity_report,
    run_packed,
)
from coursekit.topics.pytorch_gpu.device import Device
from coursekit.topics.pytorch_gpu.products import train_and_count

LESSON = "07_pytorch_gpu"


# Weights that move.


def _draw_keras(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (D, H) in LAYER_SIZES.items():
        yield Draw(name, conventions.gru_to_keras(gru.init(D, H, rng))._asdict(), {"D": D, "H": H})


register(
    Exercise(
        name="from_keras",
        lesson=LESSON,
        asks="W_ih, W_hh, b_ih, b_hh in PyTorch's layout from the three arrays of a keras.layers.GRU.",
        reference=from_keras,
        returns=weight_tensors("W_ih", "W_hh", "b_ih", "b_hh"),
        draw=_draw_keras,
        mistakes=weight_mistakes.FROM_KERAS,
        hints=(
            "Two things differ for the matrices, one for the biases. Write down the shapes on both sides.",
            "Transpose the kernels first. Then all four arrays have three blocks, z, r, h, which become r, z, n.",
            "z, r, h = np.split(array, 3) and np.concatenate([r, z, h]), for each of kernel.T, recurrent_kernel.T, "
            "bias[0] and bias[1].",
        ),
        points=2,
    )
)


# Parity.


def _pair(rng: np.random.Generator, shape: tuple[int, ...], error: float, precision: str) -> tuple:
    """A tensor and its reference, which is large nowhere and zero somewhere; the largest difference is negative."""
    theirs = rng.uniform(0.3, 1, shape) * rng.choice([-1.0, 1.0], shape) * 10.0 ** rng.uniform(-1.5, 1.5)
    theirs.flat[0] = 0.0
    ours = theirs + error * np.abs(theirs).max() * rng.uniform(0.05, 0.5, shape)
    place = int(rng.integers(1, theirs.size))
    ours.flat[place] = theirs.flat[place] - error * np.abs(theirs).max()
    ours.flat[0] = 0.0
    return ours.astype(precision), theirs


def _draw_pairs(rng: np.random.Generator) -> Iterator[Draw]:
    # Two of one shape: whoever pairs by position gets numbers there, and not only shapes that do not fit.
    shapes = {"hs": (4, 6, 5), "dW_hh": (15, 5), "W_hh": (15, 5), "b_hh": (15,)}
    for name, precision, tolerance in (
        ("float16 against float64", "float16", 1e-2),
        ("float32 against float64", "float32", 1e-5),
        ("float64 against float64", "float64", 1e-12),
        ("impossible to agree", "float64", 1e-3),
    ):
        # Some on either side of the tolerance, none close to it.
        errors = tolerance * rng.permutation([0.2, 0.5, 2.0, 5.0])
        pairs = {key: _pair(rng, shape, e, precision) for (key, shape), e in zip(shapes.items(), errors, strict=True)}
        ours = {key: pair[0] for key, pair in reversed(pairs.items())}
        theirs = {key: pair[1] for key, pair in pairs.items()}
        if name.startswith("impossible"):
            ours["dW_hh"][2, 3] = np.nan
            ours["hs"] = np.array(theirs["hs"][None])  # the same numbers in another shape
        yield Draw(name, {"ours": ours, "theirs": theirs, "tolerance": tolerance}, {"tensors": len(shapes)})


register(
    Exercise(
        name="parity_report",
        lesson=LESSON,
        asks="For every tensor of theirs: the relative error of ours, and whether it is within the tolerance.",
        reference=parity_report,
        returns=(Tensor("errors", ("tensors",)), Tensor("agrees", ("tensors",), exact=True)),
        draw=_draw_pairs,
        mistakes=weight_mistakes.PARITY,
        hints=(
            "Loop over theirs.items(), and look up ours[name]. The error of a tensor is max|a - b| / max|b|.",
            "Before you subtract: are the shapes equal, and is every number of ours finite (np.isfinite)?",
            "np.asarray(a, dtype=np.float64) on both sides: then the comparison adds no rounding of its own.",
        ),
        points=2,
    )
)


# Timing.


def _draw_devices(rng: np.random.Generator) -> Iterator[Draw]:
    settings = {
        "the device is the slower one": (3e-6, 40e-6, 3, 7),
        "the launches are the slower part": (9e-6, 2e-6, 2, 9),
        "another program interrupts": (5e-6, 8e-6, 3, 7),
        "a device that takes a second": (5e-6, 1.1, 4, 5),
    }
    for name, (launch, work, warm_up, repeats) in settings.items():
        calls = int(rng.integers(4, 7))
        all_work = work * rng.uniform(0.8, 1.2, warm_up + calls * repeats)
        all_work[:warm_up] *= [200, 30, 10, 3][:warm_up]
        if "interrupts" in name:
            all_work[warm_up + calls * 2] += 3e-3
        device = Device(launch * rng.uniform(0.9, 1.1), all_work, 4e-6 * rng.uniform(0.9, 1.1))
        tools = {"f": device.run, "synchronise": device.synchronise, "clock": device.clock}
        numbers = {"warm_up": warm_up, "calls": calls, "repeats": repeats}
        yield Draw(name, tools | numbers, {"calls": calls, "repeats": repeats})


def _on_a_fresh_device(answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    args["f"].__self__.reset()
    return answer(*args.values())


register(
    Exercise(
        name="benchmark",
        lesson=LESSON,
        asks="The time of one call of f on a device that works later than it is told to: the median, and the time of "
        "each repeat.",
        reference=benchmark,
        returns=(Tensor("median"), Tensor("times", ("repeats",))),
        draw=_draw_devices,
        apply=_on_a_fresh_device,
        mistakes=timing_mistakes.TIMING,
        hints=(
            "f() only launches. Between the last f() and the second look at the clock something has to wait.",
            "First the warm-up: call f, wait, forget it. Then for every repeat: clock, `calls` times f, wait, clock.",
            "times.append((clock() - start) / calls), and np.median(times) at the end.",
        ),
        points=2,
    )
)


# The fused layer.


def _draw_function(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in SEQUENCE_SIZES.items():
        if sizes["T"] == 1:
            continue  # where one step is all, every layer is fused
        large = name == LARGE
        x, h0, params = sequence_args(rng, gru, **sizes, large=large).values()
        dhs = upstream(rng, (sizes["N"], sizes["T"], sizes["H"]), large)
        yield Draw(name, {"x": x, "h0": h0} | params._asdict() | {"dhs": dhs}, sizes)


_PRODUCTS = "products beyond T + 1"


def _half_for_fusing(cases: Sequence[Case]) -> float:
    """Right numbers earn half; the other half needs T + 1 products as well, which only right states prove."""
    marks = []
    for case in cases:
        few = _PRODUCTS in case.right
        marks.append((len(case.right) - few) / 7 * (1.0 if few and "hs" in case.right else 0.5))
    return sum(marks) / len(marks)


register(
    Exercise(
        name="gru_layer_fused",
        lesson=LESSON,
        asks="A GRU over a sequence as a function of tensors, with one matrix product for all inputs and one per step.",
        reference=gru_layer_fused,
        parts=LAYER_PARTS,
        returns=(
            STATES,
            Tensor("dx", ("N", "T", "D"), sequence="T"),
            Tensor("dh0", ("N", "H")),
            *weight_tensors("dW_ih", "dW_hh", "db_ih", "db_hh"),
            Tensor(_PRODUCTS, exact=True),
        ),
        draw=_draw_function,
        apply=train_and_count,
        marking=_half_for_fusing,
        mistakes=mistakes.FUSED,
        hints=(
            "W_ih x + b_ih does not depend on the state. torch.nn.functional.linear(x, W_ih, b_ih) works on (N, T, D).",
            "gx.unbind(1) gives T parts (N, 3H). In the loop: one product of h with W_hh, chunk(3, dim=1) on both.",
            "torch.lerp(n, h, z) is n + z * (h - n): the new state, in one operation.",
        ),
        points=3,
    )
)


# Sequences of unequal length.


def _draw_packed(rng: np.random.Generator) -> Iterator[Draw]:
    settings = {
        "two sequences": ((2, 3), {"N": 2, "T": 3, "D": 2, "H": 5}),
        "full size": ((4, 6, 1, 3), {"N": 4, "T": 6, "D": 3, "H": 5}),
        LARGE: ((2, 5, 6, 3), {"N": 4, "T": 6, "D": 3, "H": 5}),
        "other sizes": ((1, 9, 4), {"N": 3, "T": 9, "D": 6, "H": 2}),
        "a batch of one": ((4,), {"N": 1, "T": 4, "D": 3, "H": 5}),
    }
    for name, (lengths, sizes) in settings.items():
        N, T, D, H = sizes.values()
        x = inputs(rng, (N, T, D), name == LARGE)  # what stands after the end is not zero either
        forwards, backwards = gru.init(D, H, rng), gru.init(D, H, rng)
        if name == LARGE:
            x[-1, 0], x[-2, 0] = far_out(rng, forwards.W_ih, H), far_out(rng, backwards.W_ih, H)
        args = {"x": x, "lengths": np.array(lengths), "forwards": tuple(forwards), "backwards": tuple(backwards)}
        yield Draw(name, args, sizes)


def _with_tensors(answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    import torch

    from coursekit.checking import trees

    return answer(*(trees.map_arrays(torch.from_numpy, value) for value in args.values()))


register(
    Exercise(
        name="run_packed",
        lesson=LESSON,
        asks="A bidirectional GRU over sequences of unequal length: all states, zero after the end of each sequence, "
        "and the last state of either direction.",
        reference=run_packed,
        returns=(Tensor("hs", ("N", "T", "2H"), sequence="T"), Tensor("last", ("N", "2H"))),
        draw=_draw_packed,
        apply=_with_tensors,
        uses=("gru_layer_fused",),
        mistakes=mistakes.PACKED,
        hints=(
            "Forwards the padding comes last and does no harm: only take the state of step length - 1, and put zeros "
            "after it.",
            "Backwards each sequence is turned round within its own length: step t reads x[n, length - 1 - t]. The "
            "same indices turn the states back.",
            "torch.arange(T) < lengths[:, None] is the mask (N, T). The backward direction ends at step 0. "
            "Past the length an index would be negative: keep it at 0.",
            "back = (lengths[:, None] - 1 - torch.arange(T)).clamp(min=0), rows = torch.arange(N)[:, None], and "
            "x[rows, back] is the batch turned round.",
        ),
        points=4,
    )
)

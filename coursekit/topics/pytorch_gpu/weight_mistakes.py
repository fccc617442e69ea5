"""The known mistakes of lesson 07 in weights that move and in comparing results, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from coursekit.checking import Mistake


def _rows(array: np.ndarray, order: Sequence[int]) -> np.ndarray:
    blocks = np.split(array, 3)
    return np.concatenate([blocks[k] for k in order])


# From Keras.


def _from_keras(
    order: Sequence[int] = (1, 0, 2),
    bias_order: Sequence[int] | None = None,
    turn: Callable[[np.ndarray], np.ndarray] = np.transpose,
    biases: Callable[[np.ndarray], Sequence[np.ndarray]] = tuple,
    z_sign: int = 1,
) -> Callable:
    """A converter: order of the blocks, what turns a kernel into rows, what becomes of the (2, 3H) bias."""

    def from_keras(kernel, recurrent_kernel, bias):
        matrices = [_rows(turn(array), order) for array in (kernel, recurrent_kernel)]
        vectors = [_rows(array, order if bias_order is None else bias_order) for array in biases(bias)]
        converted = [np.array(array) for array in (*matrices, *vectors)]
        H = len(vectors[0]) // 3
        for array in converted:
            array[H : 2 * H] *= z_sign
        return tuple(converted)

    return from_keras


def _columns_only(kernel, recurrent_kernel, bias):
    """Blocks in order, but still (D, 3H)."""
    matrices = [_rows(array.T, (1, 0, 2)).T for array in (kernel, recurrent_kernel)]
    return (*matrices, *(_rows(row, (1, 0, 2)) for row in bias))


def _reshaped(array: np.ndarray) -> np.ndarray:
    return array.reshape(array.shape[::-1])


FROM_KERAS = (
    Mistake(
        "rows left in the order of Keras: z, r, h",
        "PyTorch wants r, z, n. Which blocks change places?",
        _from_keras(order=(0, 1, 2)),
    ),
    Mistake(
        "matrices reordered, biases left in the order z, r, h",
        "The biases have blocks too.",
        _from_keras(bias_order=(0, 1, 2)),
    ),
    Mistake(
        "biases reordered, matrices left in the order z, r, h",
        "The matrices have blocks too.",
        _from_keras(order=(0, 1, 2), bias_order=(1, 0, 2)),
    ),
    Mistake(
        "reshape in the place of a transpose",
        "reshape keeps the numbers in their order in memory, so a column does not become a row.",
        _from_keras(turn=_reshaped),
    ),
    Mistake(
        "kernels that are not transposed",
        "A Keras kernel is (D, 3H): one column per unit and gate. PyTorch has one row for each.",
        _columns_only,
    ),
    Mistake(
        "the two rows of the bias added, and b_hh zero",
        "The recurrent bias of the candidate is multiplied by r, the input bias is not. Their sum loses that.",
        _from_keras(biases=lambda bias: (bias.sum(axis=0), np.zeros_like(bias[0]))),
    ),
    Mistake(
        "the two rows of the bias exchanged",
        "The first row belongs to the input, the second to the state.",
        _from_keras(biases=lambda bias: bias[::-1]),
    ),
    Mistake(
        "z negated, as for a convention in which z writes",
        "Keras writes h = z * h_prev + (1 - z) * candidate. Compare it with PyTorch: what does z do in each?",
        _from_keras(z_sign=-1),
    ),
)


# Comparing.


def _report(
    error: Callable[[np.ndarray, np.ndarray], float] | None = None,
    pairs: Callable[[Mapping, Mapping], list] = lambda ours, theirs: [(ours[name], theirs[name]) for name in theirs],
    shapes: bool = True,
    finite: bool = True,
) -> Callable:
    """A parity report with its own error measure, pairing, and two ways not to notice that nothing can agree."""
    measure = error or (lambda a, b: np.abs(a - b).max() / np.abs(b).max())

    def parity_report(ours, theirs, tolerance):
        errors, agrees = [], []
        for a, b in pairs(ours, theirs):
            a, b = np.asarray(a), np.asarray(b)
            if (shapes and a.shape != b.shape) or (finite and not np.isfinite(a).all()):
                errors.append(1.0)
                agrees.append(False)
                continue
            with np.errstate(all="ignore"):
                errors.append(float(measure(a, b)))
            agrees.append(not errors[-1] > tolerance)  # so written, NaN is not larger than anything
        return errors, agrees

    return parity_report


def _by_position(ours, theirs):
    return list(zip(ours.values(), theirs.values(), strict=True))


def _in_the_lower_precision(a, b):
    return np.abs(a - b.astype(a.dtype)).max() / np.abs(b).max()


PARITY = (
    Mistake(
        "tensors paired by their position, not by their name",
        "Two dicts may hold the same names in different orders.",
        _report(pairs=_by_position),
    ),
    Mistake(
        "NaN taken for agreement",
        "NaN > tolerance is False, and so is NaN <= tolerance. Which of the two comparisons is safe?",
        _report(finite=False),
    ),
    Mistake(
        "arrays of different shapes stretched to fit",
        "a - b broadcasts: (1, N, H) and (N, H) subtract without an error. Compare the shapes first.",
        _report(shapes=False),
    ),
    Mistake(
        "a signed difference",
        "A difference of -0.5 is as bad as one of 0.5.",
        _report(lambda a, b: (a - b).max() / np.abs(b).max()),
    ),
    Mistake(
        "the mean of the differences, not the largest",
        "One wrong entry among a thousand right ones is a wrong tensor.",
        _report(lambda a, b: np.abs(a - b).mean() / np.abs(b).max()),
    ),
    Mistake(
        "an absolute error",
        "Gradients can be as large as 100 or as small as 0.001. In what unit is the error measured?",
        _report(lambda a, b: np.abs(a - b).max()),
    ),
    Mistake(
        "a division entry by entry",
        "Where the reference is close to zero, rounding alone gives a huge ratio. Two maxima, then one division.",
        _report(lambda a, b: (np.abs(a - b) / np.abs(b)).max()),
    ),
    Mistake(
        "an error relative to the tested tensor",
        "The unit is the reference: theirs. If ours explodes, dividing by it hides that.",
        _report(lambda a, b: np.abs(a - b).max() / np.abs(a).max()),
    ),
    Mistake(
        "the reference rounded to the precision of the tested tensor",
        "Then its own rounding error is part of the result. Compare in the higher precision of the two.",
        _report(_in_the_lower_precision),
    ),
)

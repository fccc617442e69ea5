"""The compiled C beside the reference, and the int8 step beside the float step: by how much do they differ?

differences = agreement(model, x)       # what is compared -> the largest difference; None without a compiler
agreement_table(differences)
"""

from __future__ import annotations

import numpy as np

from coursekit.embedded import c_source, compiler, int8
from coursekit.embedded.model import Model
from coursekit.reference import gru
from coursekit.results.table import Table

FLOAT = "one step, float32 C beside the reference in float64"
MIRROR = "one step, int8 C beside its mirror in NumPy"
ROUNDING = "one step, int8 beside float32, from the same state"
BOUND = "the bound of that, as the header states it"
COMPARED = (FLOAT, MIRROR, ROUNDING, BOUND)


def agreement(model: Model, x: np.ndarray) -> dict[str, float | None]:
    """The largest differences of any entry over the rows of one sequence x (T, D), for a GRU.

    Each step begins with the state that the reference has there. What differs a little goes on to differ, and how it
    grows is a matter of the weights, not of the C.
    """
    small, exact = int8.Quantised.of(model), gru.Params(*(part.astype(float) for part in model.params))
    hs = gru.forward(x[None].astype(float), np.zeros((1, model.H)), exact)[0][0]
    before = np.concatenate([np.zeros((1, model.H)), hs[:-1]]).astype(np.float32)
    plain = gru.step(x, before, exact)[0]
    rounded = np.stack([int8.step(small, row, h)[0] for row, h in zip(x, before, strict=True)])
    found = dict.fromkeys(COMPARED, None) | {
        ROUNDING: float(np.abs(rounded - plain).max()),
        BOUND: int8.error_bound(model).at(float(np.abs(x).max())),
    }
    try:
        with compiler.compiled(c_source.header(model, "digits"), "digits", model) as program:
            found[FLOAT] = float(np.abs(_steps(program, x, before) - plain).max())
        with compiler.compiled(c_source.header(model, "digits", int8=True), "digits", model) as program:
            found[MIRROR] = float(np.abs(_steps(program, x, before) - rounded).max())
    except compiler.CompilerError:
        pass  # the mirror stands for the C
    return found


def _steps(program: compiler.Program, x: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The compiled step from each of the states before (T, H)."""
    return np.stack([program.step(row, h[None])[0] for row, h in zip(x, before, strict=True)])


def agreement_table(differences: dict[str, float | None], caption: str = "") -> Table:
    """A row for each comparison; – for what needs a compiler."""
    return Table(("compared", "largest difference"), list(differences.items()), caption)

"""How far a gradient reaches in fresh networks with a chosen start: the numbers behind the gradient explorer."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from coursekit.reference import gradient_flow, gru, lstm, rnn
from coursekit.training import with_gate_bias, with_orthogonal_recurrence

D, H, N = 8, 64, 8
WARM_UP, LAGS, SEEDS = 10, 50, 3
CELLS = {"RNN": rnn, "LSTM": lstm, "GRU": gru}
NAMES = {"RNN": "radius", "LSTM": "b_f", "GRU": "b_z"}
"""What a start is called: the spectral radius of W_hh, or the bias of the gate that keeps."""


@dataclass(frozen=True)
class Start:
    """How a network is started.

    cell:       "RNN", "LSTM" or "GRU".
    value:      of an RNN the spectral radius of W_hh, above 0; else the bias of the gate that keeps, f or z.
    orthogonal: of an RNN, whether W_hh is `value` times an orthogonal matrix.
    """

    cell: str
    value: float
    orthogonal: bool = False

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise ValueError(f"cell: expected one of {', '.join(CELLS)}, got {self.cell!r}")
        if not np.isfinite(self.value) or (self.cell == "RNN" and self.value <= 0):
            what = "a spectral radius above 0" if self.cell == "RNN" else "a number"
            raise ValueError(f"{NAMES[self.cell]}: expected {what}, got {self.value!r}")

    @property
    def label(self) -> str:
        kind = ", orthogonal" if self.orthogonal else ""
        return f"{self.cell}{kind}, {NAMES[self.cell]} = {self.value:.3g}"

    def params(self, rng: np.random.Generator):
        """Fresh weights with this start; everything else as PyTorch initialises it."""
        params = CELLS[self.cell].init(D, H, rng)
        if self.cell != "RNN":
            return with_gate_bias(params, NAMES[self.cell][-1], self.value)
        if self.orthogonal:
            return with_orthogonal_recurrence(params, rng, self.value)
        radius = np.abs(np.linalg.eigvals(params.W_hh)).max()
        return params._replace(W_hh=params.W_hh * (self.value / radius))


@functools.lru_cache(maxsize=256)
def profile(start: Start) -> np.ndarray:
    """The share of a gradient that is left after k = 0 ... LAGS steps back, (LAGS + 1,); read-only.

    The networks read random numbers; the geometric mean over SEEDS of them, as lesson 03 measures it.
    """
    rows = []
    for seed in range(SEEDS):
        weights, data = np.random.default_rng(seed), np.random.default_rng(1000 + seed)
        params = start.params(weights)
        x, dh = data.standard_normal((N, WARM_UP + LAGS, D)), data.standard_normal((N, H))
        rows.append(gradient_flow.surviving(CELLS[start.cell], params, x, dh)[: LAGS + 1])
    mean = np.exp(np.log(np.maximum(rows, np.finfo(float).tiny)).mean(axis=0))
    mean.flags.writeable = False
    return mean

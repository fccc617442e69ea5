"""What a trained GRU recalls of a flagged symbol while its gates are held: the numbers behind the gate explorer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.reference import fast_gru, gru
from coursekit.sources.tasks import Batch, one_hot
from coursekit.training import Model
from coursekit.training.initial import gate_rows

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def hold(params: gru.Params, gate: str, value: float) -> gru.Params:
    """Weights of a GRU whose gate "r" or "z" stands at a value from 0 to 1, at every step and in every unit.

    The gate's rows become zero, and its bias the number whose sigmoid is the value. At 0 and 1 that bias would be
    infinite; ±40 stands for it, where the sigmoid is within 1e-17 of its limit.
    """
    if gate not in ("r", "z"):
        raise ValueError(f'gate: expected "r" or "z", got {gate!r}')
    if not 0 <= value <= 1:
        raise ValueError(f"{gate}: a gate can be held at a value from 0 to 1, got {value!r}")
    with np.errstate(divide="ignore"):
        bias = np.clip(np.log(value) - np.log1p(-value), -40, 40)
    rows, arrays = gate_rows(params, gate), {}
    for name, array in params._asdict().items():
        arrays[name] = array.copy()
        arrays[name][rows] = bias if name == "b_ih" else 0
    return gru.Params(**arrays)


class HeldGates:
    """A trained GRU on `flagged_symbol`, with any of its gates held. Nothing is trained; what was computed is kept."""

    def __init__(self, model: Model, test: Batch):
        """model: a GRU with a read-out. test: sequences from `flagged_symbol`, x (N, T, symbols + 1), y (N,)."""
        if model.cell is not gru:
            raise ValueError(f"model: expected a GRU, got {model.cell.__name__.rpartition('.')[2]}")
        D = model.params.W_ih.shape[1]
        if test.x.ndim != 3 or test.x.shape[2] != D:
            raise ValueError(f"test: x has shape {test.x.shape}, the model reads (N, T, {D})")
        flags = test.x[..., -1]
        if test.y.ndim != 1 or not (np.count_nonzero(flags, axis=1) == 1).all():
            raise ValueError("test: expected sequences of flagged_symbol, with one flag and one answer each")
        self.model, self.test = model, test
        self.steps, self.letters = test.x.shape[1], _LETTERS[: D - 1]
        self._lags = self.steps - 1 - flags.argmax(axis=1)
        self._recall: dict[tuple, np.ndarray] = {}
        self.units = self._units(flags)

    def _units(self, flags: np.ndarray) -> np.ndarray:
        # The order of rows is that of the free network, so that no row moves when a gate is held.
        z = fast_gru.forward(self.test.x, self._start(len(flags)), self.model.params)[1].z
        after = np.cumsum(flags, axis=1) - flags  # 1 at every step after the flag
        return np.argsort(-(z * after[..., None]).sum(axis=(0, 1)), kind="stable")

    def _start(self, N: int) -> np.ndarray:
        return np.zeros((N, self.model.params.W_hh.shape[1]), self.model.params.W_hh.dtype)

    def _read(self, x: np.ndarray, held: Mapping[str, float]) -> tuple[np.ndarray, gru.Cache]:
        """The answers (N,) after the last step, and the gates and states on the way."""
        params = self.model.params
        for gate, value in held.items():
            params = hold(params, gate, value)
        hs, cache = fast_gru.forward(x, self._start(len(x)), params)
        return (hs[:, -1] @ self.model.W_out.T + self.model.b_out).argmax(axis=1), cache

    def recall(self, held: Mapping[str, float]) -> np.ndarray:
        """The share of right answers (T,) by the number of steps after the flag; NaN where no test sequence is."""
        key = tuple(sorted(held.items()))
        if key not in self._recall:
            right = self._read(self.test.x, held)[0] == self.test.y
            counts = np.bincount(self._lags, minlength=self.steps)
            with np.errstate(invalid="ignore"):
                self._recall[key] = np.bincount(self._lags, right, self.steps) / counts
        return self._recall[key]

    def accuracy(self, held: Mapping[str, float]) -> float:
        """The share of right answers over all test sequences."""
        counts = np.bincount(self._lags, minlength=self.steps)
        return float(np.nansum(self.recall(held) * counts) / counts.sum())

    def picture(self, held: Mapping[str, float], flag: int, letter: str) -> dict[str, Any]:
        """What `plots.held_gates` draws: gates, state and answer for one sequence, and recall over all of them.

        held: by gate, the value; empty if both are free. flag: the step, letter: the symbol that is flagged. The
        other symbols are those of the first test sequence, so only what was chosen changes.
        """
        x = self.test.x[:1].copy()
        x[0, :, -1] = np.arange(self.steps) == flag
        x[0, flag, :-1] = one_hot(self.letters.index(letter), len(self.letters))
        answer, cache = self._read(x, held)
        recall = {"free": self.recall({})} | ({"held": self.recall(held)} if held else {})
        return {
            "symbols": [self.letters[k] for k in x[0, :, :-1].argmax(axis=1)],
            "flag": flag,
            "values": {"z": cache.z[0], "r": cache.r[0], "h": cache.hs[0]},
            "recall": recall,
            "held": dict(held),
            "said": self.letters[answer[0]],
            "chance": 1 / len(self.letters),
            "units": self.units,
        }

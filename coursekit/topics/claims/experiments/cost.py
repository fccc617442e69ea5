"""Claims about small devices: less latency, less memory. One step at a time, one sequence, equal width."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import CELLS, layer_parameters
from coursekit.training import new_model, predict, zero_state
from coursekit.training.timing import one_thread, take_turns

_D, _H = 16, 64
_BYTES = 4  # of a float32
_BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}
_STATES = {"RNN": 1, "LSTM": 2, "GRU": 1}  # vectors of H numbers that a step hands to the next


def lower_latency(settings: Settings, seeds: Sequence[int]) -> Result:
    """Processor time of one step of one sequence, LSTM over GRU, in two libraries."""
    with one_thread():
        times = {
            library: take_turns({name: job(name) for name in CELLS}, settings.repetitions, settings.timed_seconds)
            for library, job in (("NumPy", _numpy_step), ("torch.nn", _torch_step))
        }
    return Result(
        name="latency",
        title="lower latency",
        claim="A GRU has a lower latency per step than an LSTM.",
        quantity="time of one step, LSTM divided by GRU",
        claimed=(1.0, float("inf")),
        conditions=f"equal width: {_D} inputs, {_H} units, one sequence, float32, one thread, "
        f"{settings.repetitions} repetitions in turn",
        measurements=tuple(
            Measurement(library, tuple(np.divide(found["LSTM"], found["GRU"])), ratio=True)
            for library, found in times.items()
        ),
        picture={
            "kind": "bars",
            "y": "µs per step (median)",
            "panels": {lib: {cell: 1e6 * np.median(t) for cell, t in some.items()} for lib, some in times.items()},
        },
    )


def less_memory(settings: Settings, seeds: Sequence[int]) -> Result:
    """Bytes, LSTM over GRU: to run (weights, state), and what training keeps of every step."""
    T, N = settings.T, settings.N
    running = {cell: _BYTES * (layer_parameters(_BLOCKS[cell], _D, _H) + _STATES[cell] * _H) for cell in CELLS}
    state = {cell: _BYTES * _STATES[cell] * _H for cell in CELLS}
    training = {cell: _cache_bytes(cell, T, N) / (T * N) for cell in CELLS}
    places = {"weights and state": running, "state alone": state, "kept for training, per step": training}
    return Result(
        name="memory",
        title="less memory",
        claim="A GRU needs less memory than an LSTM.",
        quantity="bytes, LSTM divided by GRU",
        claimed=(1.0, float("inf")),
        conditions=f"equal width: {_D} inputs, {_H} units, float32; counted, so there is no interval; what training "
        "keeps is that of this course's NumPy cells, per step of one sequence",
        measurements=tuple(
            Measurement(place, (counts["LSTM"] / counts["GRU"],), ratio=True, exact=True)
            for place, counts in places.items()
        ),
        picture={"kind": "bars", "y": "bytes", "panels": {place: dict(counts) for place, counts in places.items()}},
    )


def _numpy_step(name: str) -> Callable[[], object]:
    model = new_model(CELLS[name], _D, _H, 1, seed=0)
    x = np.random.default_rng(0).standard_normal((1, _D), dtype=np.float32)
    state = zero_state(model, 1)
    return lambda: model.cell.step(x, *state, model.params)


def _torch_step(name: str) -> Callable[[], object]:
    import torch

    cell = {"RNN": torch.nn.RNNCell, "LSTM": torch.nn.LSTMCell, "GRU": torch.nn.GRUCell}[name](_D, _H)
    x, h = torch.zeros(1, _D), torch.zeros(1, _H)
    state = (h, h.clone()) if name == "LSTM" else h

    def step() -> object:
        with torch.no_grad():
            return cell(x, state)

    return step


def _cache_bytes(name: str, T: int, N: int) -> int:
    """What a forward pass keeps for the backward pass, the input and the weights left out."""
    model = new_model(CELLS[name], _D, _H, 1, seed=0)
    x = np.zeros((N, T, _D), np.float32)
    cache = predict(model, x)[2]
    return sum(value.nbytes for value in cache if isinstance(value, np.ndarray) and value.shape != x.shape)

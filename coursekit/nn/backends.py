"""Which loop a module runs, and why.

    readable   the equations, one line each, differentiated by autograd (`readable.py`)
    fast       the same with a hand-written backward pass (`fast_*.py`)
    graphed    GPU: the whole loop recorded once as a CUDA graph and replayed (`graphed.py`); GRU only
    triton     GPU: one kernel for the whole sequence, recurrent weights on chip (`triton_gru.py`); GRU only
    auto       the quickest that needs no preparation: triton on a GPU where it can, else fast, else readable

All give the same results. One that cannot run here hands over to the next slower one and says why.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from . import fast_gru, fast_lstm, fast_rnn, readable

NAMES = ("auto", "readable", "fast", "graphed", "triton")
_FALLBACK = ("triton", "graphed", "fast", "readable")

_LOOPS: dict[tuple[str, str], Callable] = {
    ("RNN_TANH", "readable"): partial(readable.rnn, nonlinearity="tanh"),
    ("RNN_RELU", "readable"): partial(readable.rnn, nonlinearity="relu"),
    ("LSTM", "readable"): readable.lstm,
    ("GRU", "readable"): readable.gru,
    ("RNN_TANH", "fast"): partial(fast_rnn.rnn, nonlinearity="tanh"),
    ("RNN_RELU", "fast"): partial(fast_rnn.rnn, nonlinearity="relu"),
    ("LSTM", "fast"): fast_lstm.lstm,
    ("GRU", "fast"): fast_gru.gru,
}


class Choice(NamedTuple):
    """The back end that ran and, in one sentence, why."""

    name: str
    reason: str


class BackendWarning(UserWarning):
    """The back end that was asked for cannot run here; another one does."""


def validate(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"Unknown backend {name!r}. Choose one of {', '.join(NAMES)}.")
    return name


def loop(mode: str, name: str) -> Callable:
    """The function that runs `mode` ("GRU", "LSTM", "RNN_TANH", "RNN_RELU") in the back end `name`."""
    if name == "graphed":
        from .graphed import gru

        return gru
    if name == "triton":
        from .triton_run import gru

        return gru
    return _LOOPS[mode, name]


def choose(mode: str, wanted: str, x: Tensor, hidden_size: int, projected: bool = False) -> Choice:
    """The back end for this input: the wanted one, or the first after it that has nothing against it."""
    if wanted == "auto":
        order = ("triton", "fast", "readable") if x.device.type == "cuda" else ("fast", "readable")
    else:
        order = _FALLBACK[_FALLBACK.index(wanted) :]
    obstacles = []
    for name in order:
        obstacle = _obstacle(name, mode, x, hidden_size, projected)
        if obstacle is None:
            return Choice(name, " ".join(obstacles) or ("The default." if wanted == "auto" else "As asked."))
        obstacles.append(f"Not {name}: {obstacle}.")
    raise AssertionError("the readable back end has no obstacles")


def warn(wanted: str, choice: Choice) -> None:
    """Say that the back end that was asked for does not run."""
    if wanted not in ("auto", choice.name):
        warnings.warn(
            f"backend={wanted!r} is not possible here, {choice.name!r} runs instead. {choice.reason}",
            BackendWarning,
            stacklevel=8,  # the call of the module
        )


def _obstacle(name: str, mode: str, x: Tensor, hidden_size: int, projected: bool) -> str | None:
    """Why the back end cannot run this input, or None."""
    if name == "readable":
        return None
    if projected:
        return "an LSTM with proj_size has only the readable loop"
    if _traced(x):
        return "the call is being exported, traced or transformed by torch.func, which needs plain operations"
    if name == "fast":
        return None
    if mode != "GRU":
        return "it exists for the GRU only"
    if x.device.type != "cuda":
        return f"it needs a CUDA GPU and the input is on {x.device.type!r}"
    if name == "graphed":
        return "a CUDA graph is being captured already" if torch.cuda.is_current_stream_capturing() else None
    return _triton_obstacle(x, hidden_size)


def _triton_obstacle(x: Tensor, hidden_size: int) -> str | None:
    if importlib.util.find_spec("triton") is None:
        return "the package triton is not installed (pip install triton)"
    from . import triton_run

    return triton_run.obstacle(x.dtype, hidden_size, x.device)


def _traced(x: Tensor) -> bool:
    """Is the call recorded or transformed, so that only plain differentiable operations will do?"""
    return (
        type(x) not in (Tensor, torch.nn.Parameter)
        or torch.compiler.is_compiling()
        or torch.jit.is_tracing()
        or torch._C._are_functorch_transforms_active()
        or torch.autograd.forward_ad._current_level >= 0
    )

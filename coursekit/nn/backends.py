"""Which loop a layer runs, and why.

    readable   the equations, one line each, differentiated by autograd (`readable.py` of every cell)
    fast       the same with a hand-written backward pass (`fast.py` of every cell)
    graphed    GPU: the whole loop recorded once as a CUDA graph and replayed (`gru/graphed.py`); GRU only
    triton     GPU: one kernel for the whole sequence, recurrent weights on chip (`gru/launch.py`); GRU only
    auto       the quickest that needs no preparation: triton on a GPU where it can, else fast, else readable

All give the same results. One that cannot run here hands over to the next slower one and says why. Each layer says in
its table `loops` (`gru/layer.py`, `lstm/layer.py`, `rnn/layer.py`) which of them it has.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

NAMES = ("auto", "readable", "fast", "graphed", "triton")
_FALLBACK = ("triton", "graphed", "fast", "readable")

Loops = Mapping[str, Callable]  # name -> (x, h, [c], W_ih, W_hh, b_ih, b_hh) -> all states (T, N, H)
Obstacles = Mapping[str, Callable[[Tensor, int], str | None]]  # name -> (x on a GPU, H) -> why it cannot run, or None


class Choice(NamedTuple):
    """The back end that ran and, in one sentence, why."""

    name: str
    reason: str


class BackendWarning(UserWarning):
    """The back end that was asked for cannot run here; another one does."""


def validate(name: str) -> str:
    """The name itself, if there is such a back end. Raises ValueError if there is none."""
    if name not in NAMES:
        raise ValueError(f"Unknown backend {name!r}. Choose one of {', '.join(NAMES)}.")
    return name


def choose(
    wanted: str, x: Tensor, hidden_size: int, loops: Loops, obstacles: Obstacles, projected: bool = False
) -> Choice:
    """The back end for this input: the wanted one, or the first after it that has nothing against it.

    wanted: one of NAMES. x: the input of the layer; what counts is its type, its device and its number format.
    loops, obstacles: what the layer has. projected: an LSTM whose state is projected.
    """
    if wanted == "auto":
        order = ("triton", "fast", "readable") if x.device.type == "cuda" else ("fast", "readable")
    else:
        order = _FALLBACK[_FALLBACK.index(wanted) :]
    against = []
    for name in order:
        obstacle = _general_obstacle(name, x, loops, projected)
        if obstacle is None and name in obstacles:
            obstacle = obstacles[name](x, hidden_size)
        if obstacle is None:
            return Choice(name, " ".join(against) or ("The default." if wanted == "auto" else "As asked."))
        against.append(f"Not {name}: {obstacle}.")
    raise AssertionError("the readable back end has no obstacles")


def warn(wanted: str, choice: Choice) -> None:
    """Warn with a BackendWarning if the back end that was asked for does not run."""
    if wanted not in ("auto", choice.name):
        warnings.warn(
            f"backend={wanted!r} is not possible here, {choice.name!r} runs instead. {choice.reason}",
            BackendWarning,
            stacklevel=8,  # the call of the module
        )


def _general_obstacle(name: str, x: Tensor, loops: Loops, projected: bool) -> str | None:
    """Why the back end cannot run this input, whatever the cell, or None."""
    if name == "readable":
        return None
    if projected:
        return "an LSTM with proj_size has only the readable loop"
    if _traced(x):
        return "the call is being exported, traced or transformed by torch.func, which needs plain operations"
    if name == "fast":
        return None
    if name not in loops:
        return "it exists for the GRU only"
    return None if x.device.type == "cuda" else f"it needs a CUDA GPU and the input is on {x.device.type!r}"


def _traced(x: Tensor) -> bool:
    """Is the call recorded or transformed, so that only plain differentiable operations will do?"""
    return (
        type(x) not in (Tensor, torch.nn.Parameter)
        or torch.compiler.is_compiling()
        or torch.jit.is_tracing()
        or torch._C._are_functorch_transforms_active()
        or torch.autograd.forward_ad._current_level >= 0
    )

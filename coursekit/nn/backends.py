"""Which loop a layer runs, and why.

    readable   the equations, one line each, differentiated by autograd (`readable.py` of every cell)
    fast       the same with a hand-written backward pass (`fast.py` of every cell);
               on a processor, small steps run in NumPy (`small.py`)
    native     processor: fast, with its steps in C++, compiled on first use (`native/`); only if asked for
    graphed    GPU: the whole loop recorded once as a CUDA graph and replayed (`gru/graphed.py`); GRU only
    triton     GPU: one kernel for the whole sequence, recurrent weights on chip (`gru/launch.py`); GRU only
    auto       the quickest that needs no preparation: triton on a GPU where it can, else fast, else readable

All give the same results. One that cannot run here hands over to the next slower one and says why: `plain.py` has the
reasons that hold for any cell. Each layer says in its table `loops` (`gru/layer.py`, `lstm/layer.py`, `rnn/layer.py`)
which of them it has. Where no loop will do, PyTorch's own operator runs: `Recurrent._choose` says when.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from torch import Tensor

from . import plain

NAMES = ("auto", "readable", "fast", "graphed", "triton", "native")
_FALLBACK = ("triton", "graphed", "fast", "readable")
_ORDERS = {
    **{name: _FALLBACK[place:] for place, name in enumerate(_FALLBACK)},
    "native": ("native", "fast", "readable"),
}

Loops = Mapping[str, Callable]  # name -> (x, h, [c], W_ih, W_hh, b_ih, b_hh) -> all states (T, N, H)
Obstacles = Mapping[str, Callable[[Tensor, int], str | None]]  # name -> (x, H) -> why it cannot run there, or None


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
    wanted: str,
    tensors: Sequence[Tensor],
    hidden_size: int,
    loops: Loops,
    obstacles: Obstacles,
    projected: bool = False,
) -> Choice:
    """The back end for this call: the wanted one, or the first after it that has nothing against it.

    wanted: one of NAMES. tensors: the input of the layer, then its states and weights; what counts is their types,
    devices and number formats. loops, obstacles: what the layer has. projected: an LSTM whose state is projected.
    """
    x = tensors[0]
    if wanted == "auto":
        order = ("triton", "fast", "readable") if x.device.type == "cuda" else ("fast", "readable")
    else:
        order = _ORDERS[wanted]
    against = []
    if order[0] != "readable":
        not_plain = "an LSTM with proj_size has only the readable loop" if projected else plain.obstacle(tensors)
    for name in order:
        obstacle = None if name == "readable" else not_plain or _missing(name, x, loops)
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


def _missing(name: str, x: Tensor, loops: Loops) -> str | None:
    """Why there is no such loop for this cell or this device, or None."""
    if name == "fast":
        return None
    if name not in loops:
        return "it exists for the GRU only"
    if name == "native":
        return None if x.device.type == "cpu" else f"it runs on a processor and the input is on {x.device.type!r}"
    return None if x.device.type == "cuda" else f"it needs a CUDA GPU and the input is on {x.device.type!r}"

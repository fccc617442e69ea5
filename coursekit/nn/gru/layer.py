"""The GRU layer: a drop-in for torch.nn.GRU, and what it may run."""

from __future__ import annotations

import importlib.util

from torch import Tensor

from .. import native as compiled
from ..layers import Recurrent
from . import fast, graphed, native, readable


def _triton(*args: Tensor) -> Tensor:
    """`launch.gru`, imported when it runs: the package triton may be missing, and takes a second to load."""
    from .launch import gru

    return gru(*args)


def _triton_obstacle(x: Tensor, hidden_size: int) -> str | None:
    if importlib.util.find_spec("triton") is None:
        return "the package triton is not installed (pip install triton)"
    from .launch import obstacle

    return obstacle(x, hidden_size)


class GRU(Recurrent):
    """The gated recurrent unit (Cho et al. 2014), gate rows r, z, n, in the form of PyTorch and cuDNN.

    h_t = (1 - z) * n + z * h_(t-1), where n = tanh(W_in x_t + b_in + r * (W_hn h_(t-1) + b_hn)): the reset gate acts
    after the product, and z keeps. Cho's paper resets before the product: a different model of the same name.

    As torch.nn.GRU: same constructor arguments (plus `backend`), same `state_dict` keys, same initial numbers from the
    same seed, same results and gradients. `forward` documents a call, `coursekit.nn.backends` the back ends.
    Raises TypeError or ValueError, as torch.nn does, for sizes and options that do not fit.
    """

    gates = 3
    loops = {
        "readable": readable.gru,
        "fast": fast.gru,
        "native": native.gru,
        "graphed": graphed.gru,
        "triton": _triton,
    }
    obstacles = {"native": compiled.obstacle, "graphed": graphed.obstacle, "triton": _triton_obstacle}

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device=None,
        dtype=None,
        *,
        backend: str = "auto",
        proj_size: None = None,
    ):
        sizes = (input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size)
        super().__init__("GRU", *sizes, device, dtype, backend=backend)

"""The RNN layer: a drop-in for torch.nn.RNN, and what it may run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .. import native as compiled
from ..layers import Recurrent
from . import fast, native, readable


class RNN(Recurrent):
    """Elman's recurrent network: h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu for tanh (Elman 1990).

    As torch.nn.RNN: same constructor arguments (plus `backend`), same `state_dict` keys, same initial numbers from the
    same seed, same results and gradients. `forward` documents a call, `coursekit.nn.backends` the back ends.
    Raises TypeError or ValueError, as torch.nn does, for sizes and options that do not fit.
    """

    gates = 1
    loops = {"readable": readable.rnn, "fast": fast.rnn, "native": native.rnn}
    obstacles = {"native": compiled.obstacle}

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
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
        if nonlinearity not in readable.NONLINEARITIES:
            raise ValueError(f"Unknown nonlinearity {nonlinearity!r}. Choose 'tanh' or 'relu'.")
        self.nonlinearity = nonlinearity
        mode = f"RNN_{nonlinearity.upper()}"
        sizes = (input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size)
        super().__init__(mode, *sizes, device, dtype, backend=backend)

    def _loop(self, backend: str) -> Callable:
        return partial(super()._loop(backend), nonlinearity=self.nonlinearity)

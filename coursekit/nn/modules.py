"""The recurrent layers: drop-ins for torch.nn.RNN, torch.nn.LSTM and torch.nn.GRU, written from scratch.

Same constructor arguments (plus `backend`), same `state_dict` keys, same initial numbers from the same seed, same
results and gradients. `layers.Recurrent.forward` documents the call, `backends` the back ends.
"""

from __future__ import annotations

from torch import Tensor

from .layers import Recurrent, States
from .readable import NONLINEARITIES


class RNN(Recurrent):
    """Elman's recurrent network: h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu for tanh (Elman 1990)."""

    gates = 1

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
        proj_size: int = 0,
    ):
        if nonlinearity not in NONLINEARITIES:
            raise ValueError(f"Unknown nonlinearity {nonlinearity!r}. Choose 'tanh' or 'relu'.")
        self.nonlinearity = nonlinearity
        mode = f"RNN_{nonlinearity.upper()}"
        sizes = (input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size)
        super().__init__(mode, *sizes, device, dtype, backend=backend)


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate of Gers et al. 2000), gate rows i, f, g, o.

    c_t = f * c_(t-1) + i * g and h_t = o * tanh(c_t), with i, f, o sigmoids and g a tanh of W_ih x_t + b_ih +
    W_hh h_(t-1) + b_hh. The state is the pair (h, c). `proj_size` projects h (Sak et al. 2014; readable loop only).
    """

    gates = 4
    state_names = ("h_0", "c_0")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device=None,
        dtype=None,
        *,
        backend: str = "auto",
    ):
        sizes = (input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size)
        super().__init__("LSTM", *sizes, device, dtype, backend=backend)

    def _incoming(self, hx) -> States:
        if not isinstance(hx, (tuple, list)) or len(hx) != 2 or not all(isinstance(h, Tensor) for h in hx):
            raise TypeError("LSTM: the initial state must be a pair of tensors (h_0, c_0).")
        return tuple(hx)

    def _outgoing(self, states: States) -> States:
        return states


class GRU(Recurrent):
    """The gated recurrent unit (Cho et al. 2014), gate rows r, z, n, in the form of PyTorch and cuDNN.

    h_t = (1 - z) * n + z * h_(t-1), where n = tanh(W_in x_t + b_in + r * (W_hn h_(t-1) + b_hn)): the reset gate acts
    after the product, and z keeps. Cho's paper resets before the product: a different model of the same name.
    """

    gates = 3

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
        proj_size: int = 0,
    ):
        sizes = (input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size)
        super().__init__("GRU", *sizes, device, dtype, backend=backend)

"""The LSTM layer: a drop-in for torch.nn.LSTM, and what it may run."""

from __future__ import annotations

from .. import checks
from .. import native as compiled
from ..layers import Recurrent, States
from . import fast, native, readable


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate of Gers et al. 2000), gate rows i, f, g, o.

    c_t = f * c_(t-1) + i * g and h_t = o * tanh(c_t), with i, f, o sigmoids and g a tanh of W_ih x_t + b_ih +
    W_hh h_(t-1) + b_hh. The state is the pair (h, c). `proj_size` projects h (Sak et al. 2014; readable loop only).

    As torch.nn.LSTM: same constructor arguments (plus `backend`), same `state_dict` keys, same initial numbers from the
    same seed, same results and gradients. `forward` documents a call, `coursekit.nn.backends` the back ends.
    Raises TypeError or ValueError, as torch.nn does, for sizes and options that do not fit.
    """

    gates = 4
    loops = {"readable": readable.lstm, "fast": fast.lstm, "native": native.lstm}
    obstacles = {"native": compiled.obstacle}
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
        checks.pair(type(self).__name__, hx, at_least_two=True)
        return tuple(hx)

    def _outgoing(self, states: States) -> States:
        return states

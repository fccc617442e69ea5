"""Recurrent networks in PyTorch, from scratch: drop-ins for those of torch.nn.

from coursekit.nn import GRU
gru = GRU(28, 64, batch_first=True)                        # as torch.nn.GRU
gru = GRU(28, 64, batch_first=True, backend="readable")    # the equations, differentiated by autograd
"""

from .backends import BackendWarning
from .cells import GRUCell, LSTMCell, RNNCell
from .denormals import flush_denormals
from .modules import GRU, LSTM, RNN

__all__ = ["GRU", "LSTM", "RNN", "BackendWarning", "GRUCell", "LSTMCell", "RNNCell", "flush_denormals"]

"""Recurrent networks in PyTorch, from scratch: drop-ins for those of torch.nn.

from coursekit.nn import GRU
gru = GRU(28, 64, batch_first=True)                        # as torch.nn.GRU
gru = GRU(28, 64, batch_first=True, backend="readable")    # the equations, differentiated by autograd
"""

from .attention import AdditiveAttention, DotAttention, masked_softmax
from .backends import BackendWarning
from .cells import GRUCell, LSTMCell, RNNCell
from .clipping import clip_gradients
from .convolution import CausalConvolution, ConvolutionGRU
from .denormals import flush_denormals
from .dropout import VariationalDropout, VariationalGRU
from .layer_norm import LayerNormGRU, layer_norm
from .modules import GRU, LSTM, RNN

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AdditiveAttention",
    "BackendWarning",
    "CausalConvolution",
    "ConvolutionGRU",
    "DotAttention",
    "GRUCell",
    "LSTMCell",
    "LayerNormGRU",
    "RNNCell",
    "VariationalDropout",
    "VariationalGRU",
    "clip_gradients",
    "flush_denormals",
    "layer_norm",
    "masked_softmax",
]

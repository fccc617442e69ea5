"""Recurrent networks in PyTorch, from scratch: drop-ins for those of torch.nn.

from coursekit.nn import GRU
gru = GRU(28, 64, batch_first=True)                        # as torch.nn.GRU
gru = GRU(28, 64, batch_first=True, backend="readable")    # the equations, differentiated by autograd

A folder for each cell, gru, lstm, rnn: its equations (`readable.py`), its layer (`layer.py`) and its fast paths.
layers, cells, backends, packing, checks             what the three share
plain, autocast, recording, compiled                 what PyTorch may do to a call, and which way it then takes
bptt, gemm, denormals                                what the fast paths share
small                                                what they run instead where a step has few numbers
native/                                              their steps in C++, compiled if someone asks for them
attention, convolution, dropout, layer_norm, clipping   what is put around a layer
scan, min_gru, transformer                           what can do without a loop over time
"""

from .attention import AdditiveAttention, DotAttention, masked_softmax
from .backends import BackendWarning
from .clipping import clip_gradients
from .convolution import CausalConvolution, ConvolutionGRU
from .denormals import flush_denormals
from .dropout import VariationalDropout, VariationalGRU
from .gru import GRU, GRUCell
from .layer_norm import LayerNormGRU, layer_norm
from .lstm import LSTM, LSTMCell
from .min_gru import MinGRU
from .rnn import RNN, RNNCell
from .scan import linear_loop, linear_scan, log_scan
from .transformer import CausalBlock, CausalSelfAttention

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AdditiveAttention",
    "BackendWarning",
    "CausalBlock",
    "CausalConvolution",
    "CausalSelfAttention",
    "ConvolutionGRU",
    "DotAttention",
    "GRUCell",
    "LSTMCell",
    "LayerNormGRU",
    "MinGRU",
    "RNNCell",
    "VariationalDropout",
    "VariationalGRU",
    "clip_gradients",
    "flush_denormals",
    "layer_norm",
    "linear_loop",
    "linear_scan",
    "log_scan",
    "masked_softmax",
]

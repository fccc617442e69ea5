"""The vanilla RNN in PyTorch. To be read in this order:

readable.py   the equation: one step, a sequence, and `RNNCell`
layer.py      `RNN`, the drop-in for torch.nn.RNN, and the table of the loops that it may run
fast.py       the same loop with the backward pass written by hand
native.py     that loop with its steps in C++
"""

from .layer import RNN
from .readable import RNNCell

__all__ = ["RNN", "RNNCell"]

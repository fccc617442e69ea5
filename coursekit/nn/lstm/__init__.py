"""The LSTM in PyTorch. To be read in this order:

readable.py   the equations: one step, a sequence, and `LSTMCell`
layer.py      `LSTM`, the drop-in for torch.nn.LSTM, and the table of the loops that it may run
fast.py       the same loop with the backward pass written by hand
native.py     that loop with its steps in C++
"""

from .layer import LSTM
from .readable import LSTMCell

__all__ = ["LSTM", "LSTMCell"]

"""The mathematics of the course in NumPy: `rnn`, `lstm`, `gru`, and the numerics and conventions around them.

Arrays are batch-first: x (N, T, D), hs (N, T, H), h0 (N, H). Weights have PyTorch's layout and order of
gates. No function changes its arguments. float32 in, float32 out.
"""

from . import conventions, gru, lstm, numerics, rnn

__all__ = ["conventions", "gru", "lstm", "numerics", "rnn"]

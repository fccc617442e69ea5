"""The mathematics of the course in NumPy: `rnn`, `lstm`, `gru`, and the numerics and conventions around them.

`rnn`, `lstm` and `gru` are to be read. Where time counts, `FAST[gru]` has the same `forward` and `backward`.
Arrays are batch-first: x (N, T, D), hs (N, T, H), h0 (N, H). Weights have PyTorch's layout and order of
gates. No function changes its arguments. float32 in, float32 out.
"""

from . import conventions, fast_gru, fast_lstm, fast_rnn, gru, lstm, numerics, rnn

FAST = {rnn: fast_rnn, lstm: fast_lstm, gru: fast_gru}
"""The modules with the same `forward` and `backward`, arranged for speed; Cache and Gradients are those of the cell."""

__all__ = ["FAST", "conventions", "fast_gru", "fast_lstm", "fast_rnn", "gru", "lstm", "numerics", "rnn"]

"""How many parameters a model has, and how wide it may be for a given number of them.

A model is one recurrent layer with both biases and a linear read-out of its state, as in `coursekit.training`.
"""

from __future__ import annotations

from coursekit.reference import gru, lstm, rnn
from coursekit.topics.claims import answers
from coursekit.topics.claims.answers import model_parameters

CELLS = {"RNN": rnn, "LSTM": lstm, "GRU": gru}
BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}
"""Blocks of rows in the weights of a cell: its gates and its candidate."""


def layer_parameters(blocks: int, D: int, H: int) -> int:
    """Of the recurrent layer alone: W_ih (blocks*H, D), W_hh (blocks*H, H), and two biases (blocks*H,)."""
    return model_parameters(blocks, D, H, K=0)


def equal_parameter_hidden_size(budget: int, D: int, K: int, blocks: int) -> tuple[int, int]:
    """The largest H for which the model has at most `budget` parameters, and how many it then has.

    Raises ValueError if even one unit is too much.
    """
    if model_parameters(blocks, D, 1, K) > budget:
        raise ValueError(f"budget: {model_parameters(blocks, D, 1, K)} parameters are the least here, got {budget}")
    return answers.equal_parameter_hidden_size(budget, D, K, blocks)


def width(cell: str, budget: int, D: int, K: int) -> int:
    """The width of a cell, "RNN", "LSTM" or "GRU", within the budget."""
    return equal_parameter_hidden_size(budget, D, K, BLOCKS[cell])[0]


def said(budget: int, D: int, K: int, cells: tuple[str, ...] = ("LSTM", "GRU")) -> str:
    """The equal parameters of a comparison in words: "equal parameters (LSTM 13 units: 898, ...)"."""
    sizes = ((cell, *equal_parameter_hidden_size(budget, D, K, BLOCKS[cell])) for cell in cells)
    return f"equal parameters ({', '.join(f'{cell} {H} units: {count:,}' for cell, H, count in sizes)})"

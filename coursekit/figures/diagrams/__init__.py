"""Diagrams: how the parts of a network hang together, drawn by code in one style.

primitives.py              boxes, operations, arrows and labels; how a page shows them
unrolled_rnn.py            lesson 01: one cell, once for every step
backward_through_time.py   lesson 02: the way back, with its + dh_next
lstm_cell.py               lesson 04: the path without a matrix, and what opens and shuts it
gru_cell.py                lesson 05: with the reset after the product, and before it
gru_backward.py            lesson 06: the four paths into the old state
translator.py              lesson 13: encoder, attention, decoder
way_of_an_answer.py        lesson 00: what a check does with an answer, and what stays where
"""

from coursekit.figures.diagrams.backward_through_time import backward_through_time
from coursekit.figures.diagrams.gru_backward import four_paths_back
from coursekit.figures.diagrams.gru_cell import gru_cell
from coursekit.figures.diagrams.lstm_cell import lstm_cell
from coursekit.figures.diagrams.translator import encoder_attention_decoder
from coursekit.figures.diagrams.unrolled_rnn import unrolled_rnn
from coursekit.figures.diagrams.way_of_an_answer import way_of_an_answer

__all__ = [
    "backward_through_time",
    "encoder_attention_decoder",
    "four_paths_back",
    "gru_cell",
    "lstm_cell",
    "unrolled_rnn",
    "way_of_an_answer",
]

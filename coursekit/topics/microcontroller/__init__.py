"""Lesson 20, a GRU on a microcontroller: streaming, int8, ONNX's order, and C from the learner's weights.

exercises.py      what is asked: a product in int8, a stream in chunks, weights for ONNX, the step in int8
answers.py        the right answers
mistakes.py       wrong ones that are known: products and streams
cell_mistakes.py  the order of weights, and the step
"""

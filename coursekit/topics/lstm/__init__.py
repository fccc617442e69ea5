"""Lesson 04, the LSTM: gates at work on a memory task.

exercises.py          what is asked: a step, a sequence, both ways back, a forget bias
answers.py            the right answers
mistakes.py           wrong ones that are known: forward
backward_mistakes.py  the ways back
init_mistakes.py      first weights
figures.py            gates around a symbol that has to be kept drawn
"""

"""Lesson 02, back-propagation through time: which part of a gradient comes from the future.

exercises.py        what is asked: the way back, truncation, clipping
answers.py          the right answers
mistakes.py         wrong ones that are known
hidden_mistakes.py  which of them a test that is too kind lets pass
figures.py          the sources of a gradient, truncation and clipping drawn
"""

"""Lesson 00, numerical tools: what a computer does to sigmoid, softmax and gradients.

exercises.py  what is asked: sigmoid, softmax, a relative error, a numerical gradient
answers.py    the right answers
mistakes.py   wrong ones that are known
figures.py    overflow, errors entry by entry and steps drawn
"""

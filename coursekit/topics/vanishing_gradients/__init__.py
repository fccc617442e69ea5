"""Lesson 03, vanishing gradients: the gradient vanishes in all three cells; what helps?

exercises.py        what is asked: Jacobians, gradient profiles, two starts of W_hh, recall
answers.py          the right answers
mistakes.py         wrong ones that are known
figures.py          gradients against the lag, recall and clipping drawn
explorer.py         the gradient explorer, a figure with controls
explorer_figure.py  what it draws
flow.py             the numbers behind it
sweep.py            the recorded sweep of starts, kinds and learning rates
"""

"""Lesson 05, the GRU: what r and z do when they are held.

exercises.py        what is asked: a step, a sequence, both conventions, a held gate, a count
answers.py          the right answers
mistakes.py         wrong ones that are known: steps, sequences, held gates
weight_mistakes.py  converted weights, and their count
figures.py          gates, conventions, held gates and parameters drawn
explorer.py         the gate explorer, a figure with controls
explorer_figure.py  what it draws
recall.py           the numbers behind it: what a trained GRU recalls
"""

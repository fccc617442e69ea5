"""Lesson 06, the GRU backward: four paths of a gradient, and a check that kills wrong GRUs.

exercises.py       what is asked: a step and a sequence back, a step of training, a check
answers.py         the right answers
mistakes.py        wrong ones that are known: the ways back and training
check_mistakes.py  checks that are too kind or too strict
candidates.py      the GRUs that a check has to judge, right and wrong, and which settings hide a wrong one
paths.py           the four paths of a gradient, measured
figures.py         paths and training with mistakes drawn
"""

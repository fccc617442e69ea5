"""Lesson 12, speech: who of nine speakers says the vowel?

exercises.py  what is asked: scaled frames, masked means, the last valid state
answers.py    the right answers
mistakes.py   wrong ones that are known
data.py       the utterances
voices.py     your own recordings as cepstra
task.py       logistic regression and a GRU that reads both ways
figures.py    utterances, confusions and shares drawn
"""

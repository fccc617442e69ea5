"""Lesson 13, translation: dates to their ISO form, and number words into French.

exercises.py   what is asked: a split by meaning, an attention step, a decoder on its own
answers.py     the right answers
mistakes.py    wrong ones that are known
data.py        the pairs
own_pairs.py   your own pairs, from a file
vocabulary.py  texts to numbers and back
model.py       encoder, attention, decoder
baselines.py   nearest text, a rule for dates, word for word
task.py        all of them compared
figures.py     attention and shares drawn
"""

"""Lesson 14, text: characters that follow each other, and surnames by language.

exercises.py   what is asked: perplexities, a nucleus, n-gram counts
answers.py     the right answers
mistakes.py    wrong ones that are known
data.py        surnames, your own text
characters.py  the first task: the next character, the next word
names.py       the second task: which language a surname is from
figures.py     names read letter by letter, surprises and nuclei drawn
"""

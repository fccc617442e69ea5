"""Lesson 16, recommendation: the next click of a session.

exercises.py  what is asked: a split by sessions, a Markov chain, ranks with ties
answers.py    the right answers
mistakes.py   wrong ones that are known
data.py       generated sessions, and the rule behind them
task.py       popularity, Markov chain and GRU compared, your own log
figures.py    sessions and recall drawn
"""

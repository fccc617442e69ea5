"""Lesson 16, recommendation: the next click of a session.

exercises.py  what is asked: a split by sessions, a Markov chain, ranked lists with ties
answers.py    the right answers
mistakes.py   wrong ones that are known
data.py       generated sessions, and the rule behind them
baselines.py  what counting reaches: first, last and all clicks, similar sessions
task.py       counting and GRU compared, your own log
figures.py    sessions and recall drawn
"""

"""Lesson 08, what the articles claim: every popular claim beside its measurement.

exercises.py  what is asked: a width within a budget, a paired comparison
answers.py    the right answers
mistakes.py   wrong ones that are known
experiments/  one file for each claim, and what they share: tasks, runs, verdicts, the record
figures.py    a claim and its pairs of runs, drawn
tables.py     all claims in one table
"""

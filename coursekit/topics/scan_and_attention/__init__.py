"""Lesson 19, recurrence in 2026: what a GRU gave up, and got, against a scan and against a Transformer.

exercises.py           what is asked: a scan, minGRU, a Newton step, a head of causal attention
answers.py             the right answers
mistakes.py            wrong recurrences that are known
attention_mistakes.py  wrong heads that are known
experiments/           two tasks, models of one size, what they cost, Newton's method, the record
figures.py             time, memory, rounds, parity and recall drawn
"""

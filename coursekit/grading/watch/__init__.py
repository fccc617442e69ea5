"""Graded on submit: what arrives in nbgrader's exchange is collected, graded, and its feedback released, at once.

limit.py      how many tries a day, by the time stamps of the exchange
ledger.py     what became of each hand-in, so that a watcher that was killed goes on where it was
exchange.py   nbgrader's exchange: what lies there, collecting one of it, feedback back
watcher.py    one look after the other
"""

"""Lesson 21, number series: prices, sales, fraud and early warnings, each beside the rival that it has to beat.

exercises.py       what is asked: a fold that does not know the test, a scaled error, precision at k, warnings in time
answers.py         the right answers
mistakes.py        wrong ones that are known, in forecasting
alarm_mistakes.py  wrong ones about what is rare
data.py            shares and wine from installed packages; walks, visits and payments that are generated
stocks.py          tomorrow's price, and three ways to fool oneself about it
sales.py           the next season of sales and of visits
fraud.py           one payment in two hundred
early.py           minutes of warning before a low of glucose
rare.py            the GRU that both train, on batches in which the rare is not rare
figures.py         a copied price, a rival's season, precision against k, warnings against false alarms
"""

"""Lesson 09, forecasting: electricity demand and sea temperature.

exercises.py  what is asked: naive forecasts, windows split by time, a Keras count
answers.py    the right answers
mistakes.py   wrong ones that are known
data.py       the three series
task.py       naive forecasts, ridge and GRU on one of them, or on your own file
figures.py    weeks, forecasts and errors drawn
"""

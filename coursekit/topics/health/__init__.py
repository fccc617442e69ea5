"""Lesson 11, health: glucose half an hour ahead, from a sensor with gaps.

exercises.py  what is asked: windows without gaps, a scaler, ridge regression
answers.py    the right answers
mistakes.py   wrong ones that are known
data.py       the sensor's readings
task.py       persistence, ridge and GRU, the Clarke zones, your own file
figures.py    days, forecasts and the error grid drawn
"""

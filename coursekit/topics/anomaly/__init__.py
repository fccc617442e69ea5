"""Lesson 10, anomalies: a sensor, a heart and a pump that are now and then not as usual.

exercises.py  what is asked: a moving z-score, a threshold, alarms counted by event
answers.py    the right answers
mistakes.py   wrong ones that are known
data.py       the three recordings
events.py     runs of anomalous readings
model.py      the forecaster
task.py       recordings with their split, scores, false alarms; your own file
figures.py    recordings, scores and alarms drawn
"""

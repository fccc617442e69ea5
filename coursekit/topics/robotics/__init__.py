"""Lesson 18, robotics: which motion is it, and where will the hand be?

exercises.py  what is asked: an interval for a share, constant velocity, an open loop
answers.py    the right answers
mistakes.py   wrong ones that are known
data.py       a watch's recordings, and a generated arm
task.py       the first half: motions recognised
arm.py        the second half: paths forecast, your own recording
figures.py    motions, shares, paths and errors drawn
"""

"""Lesson 04, the LSTM: a step, a sequence, both ways back, its forget bias."""

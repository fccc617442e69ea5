"""Lesson 02, back-propagation through time: the way back, truncation, clipping."""

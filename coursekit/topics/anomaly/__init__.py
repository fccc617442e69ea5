"""Lesson 10, anomalies: a moving z-score, a threshold, alarms counted per event."""

"""Lesson 16, recommendation: the next click of a session."""

"""Lesson 12, speech: which speaker said it."""

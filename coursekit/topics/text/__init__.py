"""Lesson 14, text: surnames and characters."""

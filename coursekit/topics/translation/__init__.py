"""Lesson 13, translation: number words and dates."""

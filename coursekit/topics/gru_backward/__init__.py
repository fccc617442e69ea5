"""Lesson 06, the GRU backward, and a check that kills wrong GRUs."""

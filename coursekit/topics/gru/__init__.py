"""Lesson 05, the GRU: a step, a sequence, both conventions, clamped gates."""

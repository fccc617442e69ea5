"""Lesson 01, the vanilla RNN: a step, a sequence, a loss, a sampler."""

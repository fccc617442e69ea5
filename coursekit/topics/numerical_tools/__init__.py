"""Lesson 00, numerical tools: sigmoid, softmax, a relative error, a numerical gradient."""

"""Lesson 07, PyTorch and the GPU: a module, conversions, a parity ladder, timing."""

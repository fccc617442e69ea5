"""Data for the lessons: generated tasks, and real data that comes with packages. Nothing is downloaded."""

from .tasks import Batch, adding, baseline, copy, counting, first_symbol, flagged_symbol, one_hot

__all__ = ["Batch", "adding", "baseline", "copy", "counting", "first_symbol", "flagged_symbol", "one_hot"]

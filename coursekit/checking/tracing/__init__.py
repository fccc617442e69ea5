"""What the lines of a wrong answer compute, beside what the right answer computes."""

from coursekit.checking.tracing.reading import read, read_along

__all__ = ["read", "read_along"]

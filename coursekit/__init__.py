"""coursekit: reference implementations, checks and grading for the course on recurrent networks."""

__version__ = "0.1.0"

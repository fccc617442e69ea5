"""What a person who typed a command can set right."""

from __future__ import annotations


class Told(Exception):
    """Its message is for that person: what is wrong, and what to do. The command line prints it without a traceback."""

"""What a user can set right, told in one sentence."""

from __future__ import annotations


class UserError(Exception):
    """The command cannot do what was asked; the message says why, and what to do."""


def reason(error: OSError) -> str:
    """The cause of a failed file operation in words: "permission denied"."""
    return (error.strerror or type(error).__name__).lower()

"""What a notebook shows of an error whose sentence says all: that sentence, and no traceback."""

from __future__ import annotations


class OneLine(Exception):
    """An error that IPython, and with it every notebook, shows as its sentence alone."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]

"""Showing something in the middle of a cell: in a notebook as HTML, elsewhere as text."""

from __future__ import annotations

import sys
from typing import Any


def show(thing: Any) -> None:
    """Display it where IPython runs, and print it everywhere else."""
    notebook = sys.modules.get("IPython")
    if notebook is None or notebook.get_ipython() is None:
        print(thing)
        return
    from IPython.display import display

    display(thing)

"""Running a notebook in a fresh kernel, whatever its cells do."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

PATIENCE = 10
"""Seconds that a kernel gets to react to an interrupt, and to deliver what a finished cell has printed."""

INTERRUPTED = "CellInterrupted"


class KernelTrouble(RuntimeError):
    """No kernel could be started; the message says why."""


class Progress(AbstractContextManager, Protocol):
    """Is told which cell begins."""

    def at(self, cell: int) -> None: ...


@dataclass
class Outcome:
    """What happened on the way; the outputs are in the notebook.

    reached:   index of the last cell that began.
    timed_out: indices of cells that were interrupted.
    stopped:   why the run ended before the last cell, or None.
    """

    reached: int = -1
    timed_out: set[int] = field(default_factory=set)
    stopped: str | None = None
    remarks: list[str] = field(default_factory=list)


def run_notebook(nb: NotebookNode, folder: Path, timeout: float, progress: Callable[[int], Progress]) -> Outcome:
    """Run every cell; the outputs are put into the notebook.

    An error in a cell does not stop the run. A cell that takes longer than `timeout` seconds is interrupted.
    A dead kernel, or one that cannot be interrupted, ends the run. Ctrl-C raises KeyboardInterrupt, with the kernel gone.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    outcome = Outcome()
    with progress(len(nb.cells)) as bar:

        def begins(cell: NotebookNode, cell_index: int) -> None:
            outcome.reached = cell_index
            bar.at(cell_index + 1)

        def fails(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
            if execute_reply["content"].get("ename") == INTERRUPTED:
                outcome.timed_out.add(cell_index)
                outcome.remarks.append(f"{_where(nb, cell_index)} was interrupted after {timeout:g} s.")

        client = NotebookClient(
            nb,
            km=_kernel(),
            allow_errors=True,
            timeout=timeout,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": INTERRUPTED, "evalue": "", "traceback": []},
            iopub_timeout=PATIENCE,
            raise_on_iopub_timeout=True,
            skip_cells_with_tag="",  # a tag must not hide a check
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=begins,
            on_cell_error=fails,
        )
        client.log.disabled = True  # nbclient logs what is told below
        client.owns_km = True  # so that nbclient ends the kernel
        try:
            with contextlib.closing(subprocess.DEVNULL) if False else contextlib.nullcontext():
                client.execute(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except DeadKernelError:
            outcome.stopped = f"the kernel died in {_where(nb, outcome.reached)}; the cells after it were not run."
        except CellTimeoutError:
            outcome.timed_out.add(outcome.reached)
            where = _where(nb, outcome.reached)
            outcome.stopped = f"{where} ran longer than {timeout:g} s and could not be interrupted; the run ends there."
    return outcome


def _kernel() -> AsyncKernelManager:
    """A kernel of the very Python that runs now, not of one that a user's kernel specification names."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    spec = KernelSpec(**{**get_kernel_dict(), "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]})
    manager = AsyncKernelManager()
    manager._kernel_spec = spec
    return manager


def _where(nb: NotebookNode, index: int) -> str:
    """A cell as a person finds it: its number and its first line."""
    first = next(iter(nb.cells[index].source.strip().splitlines()), "")
    return f"cell {index + 1} (`{first[:60]}`)"

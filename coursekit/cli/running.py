"""Running a notebook in a fresh kernel, whatever its cells do."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from coursekit.cli.errors import missing_package
from coursekit.told import Told

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbformat import NotebookNode

PATIENCE = 10
"""Seconds that a kernel gets to react to an interrupt, and to deliver what a finished cell has printed."""

INTERRUPTED = "CellInterrupted"


class KernelTrouble(Told, RuntimeError):
    """No kernel could be started; the message says why."""


class Progress(AbstractContextManager, Protocol):
    """Is told which cell begins."""

    def at(self, cell: int) -> None: ...


@dataclass
class Outcome:
    """What happened on the way; the outputs are in the notebook.

    reached:   index of the last cell that began.
    timed_out: indices of cells that took too long.
    stopped:   why the run ended before the last cell, or None.
    remarks:   what the reader should know although the run went on.
    """

    reached: int = -1
    timed_out: set[int] = field(default_factory=set)
    stopped: str | None = None
    remarks: list[str] = field(default_factory=list)


def run_notebook(nb: NotebookNode, folder: Path, timeout: float, progress: Callable[[int], Progress]) -> Outcome:
    """Run every cell; the outputs are put into the notebook.

    folder:   where the kernel runs.
    timeout:  seconds until a cell is interrupted.
    progress: makes the display that is told about each cell, from the number of cells.
    An error in a cell does not stop the run; a dead kernel, or one that cannot be interrupted, does.
    Raises KernelTrouble if there is no kernel, KeyboardInterrupt on Ctrl-C; no kernel survives either.
    """
    with progress(len(nb.cells)) as bar:
        return asyncio.run(_run(nb, folder, timeout, bar))


async def _run(nb: NotebookNode, folder: Path, timeout: float, bar: Progress) -> Outcome:
    outcome = Outcome()
    manager = _kernel_of_this_python()
    try:
        client = _client(nb, manager, timeout, outcome)
        try:
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            # Threads as in `coursekit lab`. The journal stays out of it: the notebook may be another person's.
            env = {"OPENBLAS_NUM_THREADS": "1"} | os.environ | {"COURSEKIT_PROGRESS": "off"}
            await client.async_start_new_kernel(cwd=str(folder.resolve()), env=env, **quiet)
            await client.async_start_new_kernel_client()
        except (OSError, RuntimeError) as error:
            raise KernelTrouble(
                f"no Jupyter kernel could be started: {error}. `coursekit doctor` says what is missing."
            ) from None
        try:
            await _run_cells(client, outcome, timeout, bar)
        finally:
            client.kc.stop_channels()
    finally:
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)
    return outcome


async def _run_cells(client: NotebookClient, outcome: Outcome, timeout: float, bar: Progress) -> None:
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    for index, cell in enumerate(client.nb.cells):
        outcome.reached = index
        bar.at(index + 1)
        try:
            await client.async_execute_cell(cell, index)
        except DeadKernelError:
            if asyncio.current_task().cancelling():  # Ctrl-C, which nbclient takes for a dead kernel
                raise asyncio.CancelledError from None
            outcome.stopped = f"the kernel died in {_where(cell, index)}; the cells after it were not run."
            return
        except CellTimeoutError:
            outcome.timed_out.add(index)
            what = f"{_where(cell, index)} took longer than {timeout:g} s and could not be interrupted"
            outcome.stopped = f"{what}; the cells after it were not run."
            return


def _missing(reply: dict[str, Any]) -> str:
    """ ". To add it: ..." after the error of a package that an extra brings."""
    name = re.fullmatch(r"No module named '([\w.]+)'", reply.get("evalue") or "")
    if reply.get("ename") != "ModuleNotFoundError" or name is None:
        return ""
    said = missing_package(ModuleNotFoundError(name=name[1]))
    return f": {said}" if said else ""


def _client(nb: NotebookNode, manager: AsyncKernelManager, timeout: float, outcome: Outcome) -> NotebookClient:
    from nbclient import NotebookClient

    lacking = []

    def note(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        where, reply = _where(cell, cell_index), execute_reply["content"]
        if reply.get("ename") == INTERRUPTED:
            outcome.timed_out.add(cell_index)
            outcome.remarks.append(f"{where} took longer than {timeout:g} s and was interrupted.")
        elif lacking and reply.get("ename") == "NameError":
            return  # names that the stopped cell would have made: what it lacks has been told
        elif reply.get("ename") != "NotImplementedError":  # what is not written yet, its own check says
            if missing := _missing(reply):
                lacking.append(missing)
            outcome.remarks.append(f"{where} raised {reply.get('ename')}: {reply.get('evalue')}{missing}")

    client = NotebookClient(
        nb,
        km=manager,
        allow_errors=True,
        timeout_func=lambda cell: timeout,
        interrupt_on_timeout=True,
        error_on_timeout={"ename": INTERRUPTED, "evalue": "", "traceback": []},
        iopub_timeout=PATIENCE,
        raise_on_iopub_timeout=True,
        skip_cells_with_tag="",  # a tag must not hide a check
        on_cell_error=note,
    )
    client.log.disabled = True  # what nbclient would log is told in the outcome
    return client


def _kernel_of_this_python() -> AsyncKernelManager:
    """Without folders to search, jupyter_client knows only the kernel of the Python that runs."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    return AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), kernel_name="python3")


def _where(cell: NotebookNode, index: int) -> str:
    """A cell as a person finds it: its number and its first line."""
    first = next(iter(cell.source.strip().splitlines()), "")
    return f"cell {index + 1} (`{first[:60]}`)"

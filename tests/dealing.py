"""With `-n`, tests are dealt out one by one, but those of a file that shares something stay in one process.

A graded class, JupyterLab or a browser would be made by each process otherwise. Such files are dealt out first, the
largest at the beginning.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

EACH = 3 << 30  # bytes that a process of the run takes at most, with all that it starts


def processes() -> int:
    """For `-n auto`: one more than there are cores, because tests wait for browsers, servers and programs, but no more
    than the memory has room for."""
    import psutil

    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(cores + 1, psutil.virtual_memory().total // EACH))


class Dealing(LoadScopeScheduling):
    """xdist looks through all that it has dealt out after each test, and for the place of each test in the list of all.
    Of many thousand tests that is a minute: here what is done is forgotten, and the places are known."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if shares(self.config.rootpath, file) else nodeid

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        super().add_node_collection(node, collection)
        if node in self.registered_collections:
            self.registered_collections[node] = Places(collection)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        super().mark_test_complete(node, item_index, duration)
        scope = self._split_scope(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][scope].values()):
            del self.assigned_work[node][scope]

    def remove_node(self, node: WorkerController) -> str | None:
        """What a process had before it, but for the test at which it has ended: xdist would run that again."""
        workload = self.assigned_work.pop(node)
        waiting = [(unit, test) for unit in workload.values() for test, done in unit.items() if not done]
        if not waiting:
            return None
        unit, crashed = waiting[0]
        unit[crashed] = True
        self.workqueue.update({scope: unit for scope, unit in workload.items() if not all(unit.values())})
        for other in self.nodes:
            self._reschedule(other)
        return crashed

    def _reschedule(self, node: WorkerController) -> None:
        if node in self.registered_collections:  # a new process, in the place of one that has ended, collects first
            super()._reschedule(node)


class Places(list):
    """A list of texts, each of them once, that knows where each is."""

    @functools.cached_property
    def _places(self) -> dict[str, int]:
        return {text: place for place, text in enumerate(self)}

    def index(self, text: str) -> int:
        return self._places[text]


@functools.cache
def shares(root: Path, name: str) -> bool:
    """True if a fixture of the file or of its folder is made once for a module."""
    file = root / name
    places = (file, file.with_name("conftest.py"))
    return any('scope="module"' in place.read_text(encoding="utf-8") for place in places if place.exists())

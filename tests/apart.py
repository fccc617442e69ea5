"""What changes a whole process runs in a process of its own.

A process of pytest-xdist has a thread beside the tests, which gets their names. It stumbles over a built-in function
that a test has replaced, ends, and the process then waits for its next test for ever.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest


@pytest.fixture(scope="session")
def apart() -> Iterator[Callable[..., Any]]:
    """Call a function of a test module in a process that has one thread only. What it returns can be pickled."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        yield lambda function, *arguments: process.submit(function, *arguments).result(timeout=300)

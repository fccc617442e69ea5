"""One warm sandbox server for all grading tests of a process."""

import pytest

from coursekit.grading.run import sandbox
from coursekit.grading.run.remote import PRELUDE


@pytest.fixture(scope="session")
def warm_server():
    running = sandbox.Server(prelude=PRELUDE)
    try:
        running.start()
    except sandbox.SandboxUnavailable as problem:
        pytest.skip(f"no sandbox on this host: {problem}")
    with running:
        yield running

"""One warm sandbox server for all grading tests of a process."""

import pytest

from coursekit.grading.run import sandbox
from coursekit.grading.run.remote import PRELUDE


@pytest.fixture(scope="session")
def warm_server():
    report = sandbox.probe()
    if report.level == "none":
        pytest.skip(f"no sandbox on this host: {report.text}")
    with sandbox.Server(prelude=PRELUDE) as running:
        yield running

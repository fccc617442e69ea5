"""What the tests of the pages share."""

from __future__ import annotations

import pytest

from coursekit.grading.run import sandbox


@pytest.fixture(scope="session")
def isolated() -> None:
    """Pages that grade need a host that can isolate notebooks."""
    report = sandbox.probe()
    if report.level == "none":
        pytest.skip(f"no sandbox on this host: {report.text}")

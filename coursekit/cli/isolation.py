"""What a command that grades finds out about this machine before it runs a notebook."""

from __future__ import annotations

import os

from coursekit.cli.errors import UserError


def cores() -> int:
    """So many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def require_isolation(torch: bool) -> None:
    """Refuse where notebooks cannot be isolated, before any runs. The sandbox stays warm.

    torch: the server that is tried is one with PyTorch, which is the one that the first notebook needs.
    """
    from coursekit.grading.run.sandbox import SandboxUnavailable, escapes, probe
    from coursekit.grading.run.servers import shared_server

    trusting = "Nothing was graded. To grade notebooks that you trust, add --no-sandbox."
    try:
        escaped = escapes(shared_server(torch))
    except SandboxUnavailable:
        report = probe()
        if not report.isolated:
            raise UserError(f"{report.text}\n{trusting}") from None
    else:
        if escaped:
            raise UserError(f"the sandbox does not hold here: {', '.join(escaped)} was possible. {trusting}")

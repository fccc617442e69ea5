"""What a command that grades finds out about this machine before it runs a notebook."""

from __future__ import annotations

import os

from coursekit.cli.errors import UserError


def cores() -> int:
    """So many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def require_sandbox(torch: bool) -> None:
    """Refuse where none starts, or where none isolates and that is asked for, before any notebook runs. It stays warm.

    torch: the server that is tried is one with PyTorch, which is the one that the first notebook needs.
    """
    from coursekit.grading.run.sandbox import SandboxUnavailable, escapes, probe
    from coursekit.grading.run.servers import isolation_is_asked_for, shared_server

    isolated = isolation_is_asked_for()
    trusting = "Nothing was graded. To grade notebooks that you trust, add --no-sandbox."
    try:
        server = shared_server(torch)
        escaped = escapes(server) if isolated else []
    except SandboxUnavailable as reason:
        if isolated and not (report := probe()).isolated:
            raise UserError(f"{report.text}\n{trusting}") from None
        raise UserError(f"nothing was graded. {reason}") from None
    if escaped:
        raise UserError(f"the sandbox does not hold here: {', '.join(escaped)} was possible. {trusting}")

"""Users of a sandbox: where the grader is root, every worker gets one of its own that owns nothing on this machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from typing import Any

FIRST, COUNT = 1_879_048_192, 60_000  # far above the numbers that systems hand out


def spare_users() -> tuple[int, int] | None:
    """(first, number) as seen inside the sandbox, or None where only one user can be mapped."""
    if os.geteuid() != 0:
        return None
    with open("/proc/self/uid_map") as file:
        mapped = [tuple(map(int, line.split())) for line in file]
    enough = any(inside <= FIRST and inside + number >= FIRST + COUNT for inside, _, number in mapped)
    return (1000, COUNT) if enough else None


def map_users(
    command: list[str],
    program: list[str],
    users: tuple[int, int] | None,
    keep: list[int],
    start: dict[str, Any],
) -> subprocess.Popen:
    """Run bubblewrap.

    For root, it is held until its user namespace maps root (to set up the view) and the spare users.
    """
    if users is None:
        return subprocess.Popen([*command, "--", *program], pass_fds=keep, **start)
    info, write_info = os.pipe()
    wait, go = os.pipe()
    try:
        extra = ["--info-fd", str(write_info), "--userns-block-fd", str(wait)]
        process = subprocess.Popen([*command, *extra, "--", *program], pass_fds=[*keep, write_info, wait], **start)
        os.close(write_info)
        write_info = -1
        with open(info, closefd=False) as file:
            said = file.read()
        if said:  # else bubblewrap has ended with an error, which the caller reports
            pid = json.loads(said)["child-pid"]
            try:
                for name in ("uid_map", "gid_map"):
                    with open(f"/proc/{pid}/{name}", "w") as file:
                        file.write(f"0 0 1\n{users[0]} {FIRST} {users[1]}\n")
            except OSError:  # it would wait for ever
                with contextlib.suppress(ProcessLookupError):  # why it could not be written, perhaps
                    os.kill(pid, signal.SIGKILL)
                process.kill()
                process.wait()
                raise
            os.write(go, b"1")
        return process
    finally:
        for descriptor in (info, write_info, wait, go):
            if descriptor >= 0:
                os.close(descriptor)

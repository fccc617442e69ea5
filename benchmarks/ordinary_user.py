"""A program run as another user of this machine, by root: an ordinary one has other kinds of isolation to hand."""

from __future__ import annotations

import os
import pwd
import shlex
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

NEEDED = (Path(sys.base_prefix), Path(sys.prefix), ROOT)
"""What the program has to read: Python, its environment, this repository."""


def command_as(user: str, command: Sequence[str]) -> list[str]:
    """The command that runs `command` as `user`, a name such as nobody.

    Folders of NEEDED that lie where the user cannot go, such as in root's home, are shown to the program at the same
    place, in a mount namespace of its own; nothing is copied, and nothing on the disk changes. It needs root, and the
    programs unshare, mount and setpriv (Debian: util-linux).
    """
    if os.geteuid() != 0:
        raise SystemExit("Only root can run this as another user. Run it as that user, or as root.")
    there = pwd.getpwnam(user)
    who = f"setpriv --reuid={there.pw_uid} --regid={there.pw_gid} --clear-groups --no-new-privs"
    steps = [*shown_to_others(), f"exec {who} {shlex.join(command)}"]
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", "\n".join(steps)]


def shown_to_others() -> list[str]:
    """The lines of a shell in a mount namespace of its own that put NEEDED where other users can read it."""
    steps = ["set -e", "stash=$(mktemp -d)", 'mount -t tmpfs tmpfs "$stash"']
    hidden = {path: top for path in NEEDED if (top := _barred(path))}
    for number, path in enumerate(hidden):
        steps.append(f'mkdir "$stash/{number}" && mount --bind {shlex.quote(str(path))} "$stash/{number}"')
    steps += [f"mount -t tmpfs -o mode=755 tmpfs {shlex.quote(str(top))}" for top in sorted(set(hidden.values()))]
    for number, path in enumerate(hidden):
        place = shlex.quote(str(path))
        steps.append(f'mkdir -p {place} && mount --bind "$stash/{number}" {place}')
    return steps


def _barred(path: Path) -> Path | None:
    """The first folder on the way to a path that others may not enter."""
    for folder in [*reversed(path.parents), path]:
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None

"""Messages between a grader and the warm server: JSON with its length before it, and descriptors beside it.

Both ends are trusted: no student's code ever has one of these sockets.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from typing import Any

LENGTH = 8
DESCRIPTORS = 4


def send(line: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send at once, so that messages of several processes on one line do not mix. Raises OSError if it is closed.

    Only a long message that a signal interrupts takes a second call: a configuration, on a line that nobody shares yet.
    """
    text = json.dumps(message).encode()
    whole = len(text).to_bytes(LENGTH, "big") + text
    sent = socket.send_fds(line, [whole], list(descriptors))
    line.sendall(whole[sent:])


def receive(line: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next message; None if the other end is closed."""
    try:
        head, descriptors, _, _ = socket.recv_fds(line, LENGTH, DESCRIPTORS)
        text = line.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL) if head else b""
    except OSError:
        return None
    return (json.loads(text), descriptors) if text else None

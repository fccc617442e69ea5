"""Run a program as an ordinary user without user namespaces and without a network, as in a platform's container.

    python denied.py PROGRAM ...

Refused is what Docker's own filter of system calls refuses, namespaces, and every socket but local ones.
"""

from __future__ import annotations

import errno
import os
import socket
import sys

import pyseccomp as seccomp

NOBODY = 65534
NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET


def deny() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    for call in ("unshare", "setns", "mount"):
        rules.add_rule(refuse, call)
    for bit in (1 << number for number in range(32) if NEW_NAMESPACES >> number & 1):
        rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, bit, bit))
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for family in (socket.AF_INET, socket.AF_INET6):
        rules.add_rule(refuse, "socket", seccomp.Arg(0, seccomp.EQ, family))
    rules.load()


if __name__ == "__main__":
    deny()
    os.execv(sys.argv[1], sys.argv[1:])

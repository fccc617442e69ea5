"""The system calls that Python has no function for, by ctypes: unshare, setns, mount, prctl, capset, Landlock.

Every function raises OSError where the kernel refuses; callers treat that as fatal (fail closed).
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

# PyDLL keeps the interpreter's lock: nothing can run between the call and the reading of errno.
_libc = ctypes.PyDLL(None, use_errno=True)

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x08000000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_NO_NEW_PRIVS = 38
MADV_COLLAPSE = 25
SYS_LANDLOCK = (444, 445, 446)  # create_ruleset, add_rule, restrict_self: the same on every architecture
LANDLOCK_EXECUTE, LANDLOCK_WRITE, LANDLOCK_READ, LANDLOCK_READ_DIR = 1, 2, 4, 8
LANDLOCK_BY_ABI = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces named by CLONE_NEW* `flags` (unshare(2); `os.unshare` exists from Python 3.12 on)."""
    _check(_libc.unshare(ctypes.c_int(flags)), f"unshare {flags:#x}")


def setns(descriptor: int, flags: int) -> None:
    """Join the namespaces of a process (setns(2); `os.setns` exists from Python 3.12 on)."""
    _check(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(flags)), f"setns {flags:#x}")


def prctl(operation: int, argument: int = 0) -> None:
    zero = ctypes.c_ulong(0)
    _check(_libc.prctl(operation, ctypes.c_ulong(argument), zero, zero, zero), f"prctl {operation}")


def mount_tmpfs(target: str, options: str, read_only: bool = False) -> None:
    """Mount an empty file system that nothing can be executed from over `target`."""
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | (MS_RDONLY if read_only else 0)
    name = ctypes.c_char_p(b"tmpfs")
    result = _libc.mount(name, os.fsencode(target), name, ctypes.c_ulong(flags), options.encode())
    _check(result, f"mount {target}")


def bind(descriptor: int, target: str) -> None:
    """Show what an open descriptor of this mount namespace refers to at `target`, with all that is mounted below it.

    What was read-only stays read-only.
    """
    source = f"/proc/self/fd/{descriptor}".encode()
    result = _libc.mount(source, os.fsencode(target), None, ctypes.c_ulong(MS_BIND | MS_REC), None)
    _check(result, f"bind {target}")


def make_mounts_private() -> None:
    """Let no later mount of this namespace travel to another one."""
    result = _libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)
    _check(result, "mount / private")


def use_huge_pages(at_least: int = 1 << 21) -> None:
    """Gather the private memory of this process in pages of 2 MB, where the kernel can (Linux 6.1).

    A fork copies one entry for each page, and its end takes each apart again: with pages of 4 kB that is most of what
    a fork costs. A page that a child writes to is copied in pieces of 4 kB as before.
    """
    with open("/proc/self/maps") as file:
        mapped = [line.split() for line in file]
    for place, rights, _, _, inode, *_ in mapped:
        start, end = (int(part, 16) for part in place.split("-"))
        if inode == "0" and rights == "rw-p" and end - start >= at_least:
            _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_COLLAPSE)


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for number in range(64):
        zero = ctypes.c_ulong(0)
        if _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(number), zero, zero, zero) < 0:
            break
    header = struct.pack("Ii", 0x20080522, 0)
    _check(_libc.capset(header, bytes(24)), "capset")


def landlock_abi() -> int:
    """The version of Landlock that the kernel offers, 0 for none."""
    version = _libc.syscall(ctypes.c_long(SYS_LANDLOCK[0]), None, ctypes.c_size_t(0), ctypes.c_uint(1))
    return max(version, 0)


def landlock(readable: Iterable[str], writable: Iterable[str] = (), devices: Iterable[str] = ()) -> None:
    """Restrict this process to reading below `readable`, changing files below `writable`, and the given devices.

    From the versions of Landlock that know them on, TCP, abstract sockets and signals to others are refused as well.
    """
    abi = landlock_abi()
    if not abi:
        raise OSError(38, "this kernel has no Landlock")
    rights = sum(bits for version, bits in LANDLOCK_BY_ABI.items() if abi >= version)
    attributes = struct.pack("QQQ", rights, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    ruleset = _check(
        _libc.syscall(ctypes.c_long(SYS_LANDLOCK[0]), attributes, ctypes.c_size_t(_size(abi)), ctypes.c_uint(0)),
        "landlock_create_ruleset",
    )
    for path in readable:
        folder = LANDLOCK_READ_DIR if os.path.isdir(path) else 0
        _allow(ruleset, path, LANDLOCK_EXECUTE | LANDLOCK_READ | folder)
    for path in writable:
        special = (1 << 6) | (1 << 9) | (1 << 10) | (1 << 11)  # character devices, sockets, fifos, block devices
        _allow(ruleset, path, rights & ~(special | LANDLOCK_EXECUTE))
    for path in devices:
        _allow(ruleset, path, LANDLOCK_READ | LANDLOCK_WRITE)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    restrict = _libc.syscall(ctypes.c_long(SYS_LANDLOCK[2]), ctypes.c_int(ruleset), ctypes.c_uint(0))
    _check(restrict, "landlock_restrict_self")
    os.close(ruleset)


def _size(abi: int) -> int:
    return 24 if abi >= 6 else 16 if abi >= 4 else 8


def _allow(ruleset: int, path: str, rights: int) -> None:
    if not os.path.exists(path):
        return
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", rights, parent)
        call = ctypes.c_long(SYS_LANDLOCK[1])
        result = _libc.syscall(call, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0))
        _check(result, f"landlock_add_rule {path}")
    finally:
        os.close(parent)

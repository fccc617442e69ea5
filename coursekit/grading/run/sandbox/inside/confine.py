"""Takes away from a freshly forked child everything that a student's code does not need.

Order matters; any failure is fatal to the child (fail closed).
"""

from __future__ import annotations

import ctypes.util
import errno
import fcntl
import os
import resource
import signal
import stat
import sys
from typing import Any

from . import linux

OWN = "/tmp"
HOME = f"{OWN}/work"
DEVICES = tuple("/dev/" + name for name in ("null", "zero", "full", "random", "urandom"))
ENVIRONMENT = dict(LANG="C.UTF-8", LOGNAME="student", TERM="dumb", PATH="/nonexistent", MPLBACKEND="agg")
ENVIRONMENT |= dict(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

# What ordinary Python, NumPy, PyTorch and Matplotlib use; all the rest answers EPERM. Names that an architecture does
# not have are skipped, which refuses them.
ALLOWED = """
brk mmap munmap mremap mprotect madvise mincore membarrier
open openat read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range dup dup2 dup3
stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat statfs fstatfs
getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 symlink symlinkat
umask flock fcntl truncate ftruncate fsync fdatasync fadvise64 sendfile copy_file_range pipe pipe2
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
sendto recvfrom shutdown
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sigaltstack pause alarm
setitimer getitimer clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times
getpid getppid gettid getuid geteuid getgid getegid getpgrp getpgid getsid getgroups getrandom getcpu
uname sysinfo getrusage getrlimit getpriority sched_yield sched_getaffinity sched_getparam sched_getscheduler
futex set_robust_list get_robust_list rseq set_tid_address exit exit_group wait4 restart_syscall
"""
OWN_FILES = ["chmod", "fchmod", "fchmodat", "utimensat"]  # Landlock does not guard them
PRETENDED = ["sched_setaffinity", "sched_setparam", "sched_setscheduler"]  # asked for in good faith
READ_TERMINAL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIOCLEX
CLONE_THREAD, CLONE_ANY_NAMESPACE = 0x10000, 0x7E020000 | 0x80
PR_SET_NAME, PR_GET_NAME = 15, 16


def load_pyseccomp() -> Any:
    """Import pyseccomp. It looks for libraries by running programs, and there are none in the view."""
    known = {"c": "libc.so.6", "seccomp": "libseccomp.so.2"}
    own = os.path.join(sys.prefix, "lib", known["seccomp"])
    if os.path.exists(own):
        known["seccomp"] = own
    find, ctypes.util.find_library = ctypes.util.find_library, known.get
    try:
        import pyseccomp
    finally:
        ctypes.util.find_library = find
    return pyseccomp


def build_filter(only_pid: int | None) -> Any:
    """The system calls that a child keeps.

    only_pid: where no pid namespace hides the others, the one process that may be signalled.

    Built in the child's parent where that pid is not needed, because building takes a while.
    """
    sc = load_pyseccomp()
    rules = sc.SyscallFilter(sc.ERRNO(errno.EPERM))
    arg, equal, masked = sc.Arg, sc.EQ, sc.MASKED_EQ

    def rule(action: int, name: str, *conditions: Any) -> None:
        try:
            number = sc.resolve_syscall(sc.Arch.NATIVE, name)
        except (OSError, ValueError):  # this libseccomp or architecture does not know it: stays refused
            return
        rules.add_rule(action, number, *conditions)

    for name in ALLOWED.split() + (OWN_FILES if only_pid is None else []):
        rule(sc.ALLOW, name)
    for name in PRETENDED:
        rule(sc.ERRNO(0), name)
    rule(sc.ALLOW, "clone", arg(0, masked, CLONE_THREAD | CLONE_ANY_NAMESPACE, CLONE_THREAD))
    rule(sc.ERRNO(errno.ENOSYS), "clone3")  # its flags lie in memory; the C library then falls back to clone
    rule(sc.ALLOW, "socketpair", arg(0, equal, 1), arg(1, masked, 0xF, 1))  # AF_UNIX, SOCK_STREAM: asyncio's own
    for request in READ_TERMINAL:
        rule(sc.ALLOW, "ioctl", arg(1, equal, request))
    for operation in (PR_SET_NAME, PR_GET_NAME):
        rule(sc.ALLOW, "prctl", arg(0, equal, operation))
    rule(sc.ALLOW, "prlimit64", arg(0, equal, 0))  # itself only
    for name in ("kill", "tgkill"):
        rule(sc.ALLOW, name, *([] if only_pid is None else [arg(0, equal, only_pid)]))
    return rules


def set_limits(limits: dict, base: int) -> None:
    """`base`: the address space that the warm server had already, in bytes."""

    def limit(what: int, value: int) -> None:
        resource.setrlimit(what, (value, value))

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, limits["total_cpu_s"])
    limit(resource.RLIMIT_FSIZE, limits["disk_mb"] << 20)
    limit(resource.RLIMIT_NOFILE, limits["open_files"])
    if sys.platform != "linux":
        return
    limit(resource.RLIMIT_AS, base + (limits["memory_mb"] << 20))
    limit(resource.RLIMIT_NPROC, limits["threads"])
    for what in (resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE, resource.RLIMIT_RTPRIO):
        limit(what, 0)
    limit(resource.RLIMIT_SIGPENDING, 64)


def own_namespaces(uid: int | None) -> None:
    """A user, mount and IPC namespace of its own. What the warm server may do ends here: it has no meaning in there.

    uid: become this user first (only where the grader is root and has mapped a range of them).
    """
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        linux.prctl(linux.PR_SET_DUMPABLE, 1)  # else the kernel gives /proc/self to root and the maps stay unwritten
    user, group = os.geteuid(), os.getegid()
    linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS | linux.CLONE_NEWIPC)
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {user} 1"), ("gid_map", f"1000 {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def own_view(limits: dict, readable: list[str]) -> None:
    """A /tmp of its own, the only place that can be written to; /proc and /sys covered.

    Of the old /tmp, only what is `readable` is seen again, at its place: an environment may lie there.
    """
    linux.make_mounts_private()
    kept = [(path, os.open(path, os.O_PATH | os.O_NOFOLLOW)) for path in readable if path.startswith(f"{OWN}/")]
    linux.mount_tmpfs(OWN, f"size={limits['disk_mb']}m,nr_inodes={limits['files']},mode=700")
    for path, descriptor in kept:
        show_again(path, descriptor)
        os.close(descriptor)
    for path in ("/proc", "/sys"):
        linux.mount_tmpfs(path, "size=4k,nr_inodes=2,mode=555", read_only=True)
    os.mkdir(HOME)
    os.chdir(HOME)


def show_again(path: str, descriptor: int) -> None:
    """Put what was opened before at a path that a mount has hidden."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISLNK(kind):
        os.symlink(os.readlink("", dir_fd=descriptor), path)
        return
    if stat.S_ISDIR(kind):
        os.mkdir(path)
    else:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    linux.bind(descriptor, path)


def keep_only_channel(channel: int) -> None:
    """The channel becomes descriptor 3, standard input and output nowhere, the rest is closed; errors stay for now."""
    nowhere = os.open("/dev/null", os.O_RDWR)
    channel, nowhere = (fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in (channel, nowhere))
    for source, target in ((nowhere, 0), (nowhere, 1), (channel, 3)):
        os.dup2(source, target)
    os.closerange(4, 1 << 20)


def confine(level: str, limits: dict, base: int, rules: Any, readable: list[str]) -> None:
    """Everything between the fork and the first line of a student's code, except for the user namespace."""
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    os.umask(0o077)
    if level == "namespaces":
        own_view(limits, readable)
        linux.drop_capabilities()
    elif level == "landlock":
        os.chdir("/")
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
        linux.drop_capabilities()
    homes = "HOME", "TMPDIR", "MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR"  # it need not be writable
    os.environ.update(dict.fromkeys(homes, os.getcwd()))
    if level == "unsafe":
        return
    set_limits(limits, base)
    if linux.landlock_abi():
        writable = [OWN] if level == "namespaces" else []
        linux.landlock(readable, writable, DEVICES)
    rules.load()  # sets no_new_privs as well

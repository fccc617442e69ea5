"""Attacks that the kernel must refuse outright. Each is tried at every level of isolation that this host
offers."""

from __future__ import annotations

import platform

import pytest

from coursekit.grading.run.sandbox import Server

TRY = """
import ctypes, errno, os, signal, socket, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
def system(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result
def attempt(SECRET):
    {source}
def f(SECRET):
    try:
        attempt(SECRET)
    except (OSError, ImportError, ValueError) as error:
        return type(error).__name__
    return "succeeded"
"""

PROCESSES = {
    "fork": "os.fork()",
    "fork by ctypes": "assert libc.fork() >= 0 or exec('raise OSError')",
    "posix_spawn": "os.posix_spawn(sys.executable, ['python'], {})",
    "execve": "os.execv('/usr/lib', ['x'])",
    "exec of the interpreter": "os.execv(sys.executable, ['python', '-c', ''])",
    "subprocess": "subprocess.run([sys.executable, '-c', ''])",
    "multiprocessing": "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
    "forkpty": "os.forkpty()",
    "a daemon": "os.setsid(); os.fork()",
    "a shell": "os.popen('true').close()",
}
OTHERS = {
    "kill everybody": "os.kill(-1, signal.SIGKILL)",
    "kill process 2": "os.kill(2, signal.SIGKILL)",
    "kill the parent": "os.kill(os.getppid() or 2, signal.SIGKILL)",
    "signal a group": "os.killpg(0, 0) if os.getpid() != 1 else os.killpg(2, signal.SIGTERM)",
    "queue a signal": "os.pidfd_open(2)",
    "limits of others": "import resource; resource.prlimit(2, resource.RLIMIT_CPU)",
    "raise an own limit": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "take more priority": "os.setpriority(os.PRIO_PROCESS, 0, -10)",
}
NETWORK = {
    "TCP": "socket.create_connection(('127.0.0.1', 22), 1)",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "IPv6": "socket.socket(socket.AF_INET6)",
    "a unix socket": "socket.socket(socket.AF_UNIX)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "datagrams through a pair": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "a name": "socket.getaddrinfo('localhost', 80); socket.create_server(('', 0))",
    "descriptors through a pair": "a, b = socket.socketpair(); socket.send_fds(a, [b'x'], [0])",
}
FILES = {
    "the planted secret": "open(SECRET).read()",
    "the secret from above": "open('/..' + SECRET).read()",
    "the secret by a link": "os.symlink(SECRET, 'link'); open('link').read()",
    "the secret by a hard link": "os.link(SECRET, 'link')",
    "the list of users": "open('/etc/passwd').read()",
    "the passwords": "open('/etc/shadow').read()",
    "the other side of /proc": "os.listdir('/proc/1/root')",
    "the grader's environment": "open('/proc/1/environ').read()",
    "its own memory": "open('/proc/self/mem', 'r+b')",
    "descriptors by /proc": "os.listdir('/proc/self/fd')",
    "home folders": "[os.listdir(p) for p in ('/root/.ssh', '/home', '/var')] and exec('raise OSError')",
    "write to the system": "open('/usr/lib/planted', 'w')",
    "write to the root": "open('/planted', 'w')",
    "write to Python": "open(os.path.join(os.path.dirname(os.__file__), 'planted.py'), 'w')",
    "write to a package": "import numpy; open(numpy.__file__, 'a')",
    "write to the worker": "open(sys.modules['inside.wire'].__file__, 'a')",
    "remove from the worker": "os.remove(sys.modules['inside.wire'].__file__)",
    "rename a folder of the system": "os.rename('/usr/lib', '/usr/bil')",
    "change a mode": "os.chmod('/usr/lib', 0o777)",
    "change an owner": "os.chown('/usr/lib', 1000, 1000)",
    "change a time": "os.utime('/usr/lib')",
    "make a device": "os.mknod('/tmp/device', 0o060600, os.makedev(8, 0))",
    "a disk": "open('/dev/sda', 'rb') if os.path.exists('/dev/sda') else open('/dev/vda', 'rb')",
    "shared memory": "open('/dev/shm/planted', 'w')",
    "the terminal": "open('/dev/tty')",
    "import the course": "import coursekit",
    "import the reference": "import coursekit.reference.gru",
    "find the course": "import sysconfig as s; open(s.get_path('purelib') + '/coursekit/reference/gru.py')",
}
PRIVILEGES = {
    "become root": "os.setuid(0) if os.getuid() else exec('raise OSError')",
    "change the root": "os.chroot('/tmp')",
    "the host's name": "socket.sethostname('x')",
    "the clock": "import time; time.clock_settime(time.CLOCK_REALTIME, 0)",
}
# Numbers of x86-64: what Python has no function for.
CALLS = {
    "ptrace": "system(101, 0, 0, 0, 0)",
    "read another's memory": "system(310, 1, 0, 0, 0, 0, 0)",
    "write another's memory": "system(311, 1, 0, 0, 0, 0, 0)",
    "new namespaces": "system(272, 0x10000000)",
    "clone with a namespace": "system(56, 0x10000000 | 17, 0, 0, 0, 0)",
    "clone a process": "system(56, 17, 0, 0, 0, 0)",
    "clone3": "system(435, 0, 0)",
    "join a namespace": "system(308, 0, 0)",
    "mount": "system(165, b'x', b'/tmp', b'tmpfs', 0, 0)",
    "unmount /proc": "system(166, b'/proc', 2)",
    "unmount /tmp": "system(166, b'/tmp', 2)",
    "new mount interface": "system(430, b'tmpfs', 0)",
    "pivot_root": "system(155, b'/', b'/tmp')",
    "a file without a name": "system(319, b'x', 0)",
    "secret memory": "system(447, 0)",
    "open by handle": "system(304, -100, 0, 0)",
    "BPF": "system(321, 0, 0, 0)",
    "io_uring": "system(425, 8, ctypes.create_string_buffer(200))",
    "userfaultfd": "system(323, 0)",
    "perf": "system(298, 0, 0, -1, -1, 0)",
    "keys": "system(250, 0, -3, 1)",
    "personality": "system(135, 0x0040000)",
    "ports": "system(172, 3)",
    "kernel log": "system(103, 3, 0, 0)",
    "another seccomp": "system(317, 1, 0, 0)",
    "dumpable": "system(157, 4, 1, 0, 0, 0)",
    "shared segments": "system(29, 0, 4096, 0o1600)",
    "message queues": "system(240, b'x', 0o102, 0o600, 0)",
    "watching files": "system(253)",
    "a terminal's input": "system(16, 0, 0x5412, b'x')",
    "pidfd_getfd": "system(438, 0, 0, 0)",
    "reboot": "system(169, 0, 0, 0, 0)",
}
ATTACKS = PROCESSES | OTHERS | NETWORK | FILES | PRIVILEGES
if platform.machine() == "x86_64":
    ATTACKS |= CALLS


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file that everybody on this machine may read: another submission, say."""
    path = tmp_path_factory.mktemp("course") / "secret"
    path.write_text("the reference")
    return str(path)


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_is_refused(each_server: Server, secret: str, name: str):
    with each_server.open() as worker:
        assert worker.run_cell(TRY.format(source=ATTACKS[name])).ok
        result = worker.call("f", (secret,))
        assert result.status == "ok" and result.value != "succeeded", result
        assert worker.run_cell("1 + 1").ok  # and the attack cost nothing but itself


def test_the_harness_would_notice_success(server: Server, secret: str):
    with server.open() as worker:
        worker.run_cell(TRY.format(source="os.getpid()"))
        assert worker.call("f", (secret,)).value == "succeeded"

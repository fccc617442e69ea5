"""The page of system calls, each in a forked process of its own, checked by its effect."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from coursekit.grading.run.sandbox.inside import linux

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are Linux system calls")
FOLDER = os.path.dirname(os.path.dirname(linux.__file__))


def in_a_process(source: str) -> str:
    program = "import os, sys, errno\nfrom inside import linux\n" + textwrap.dedent(source)
    environment = os.environ | {"PYTHONPATH": FOLDER}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=60)
    if "Operation not permitted: unshare" in done.stderr or "unshare 0x" in done.stderr:
        pytest.skip("this host has no user namespaces")
    assert done.returncode == 0, done.stderr
    return done.stdout


NEW_USER = """
uid, gid = os.getuid(), os.getgid()
linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS)
for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
    open(f"/proc/self/{name}", "w").write(text)
"""


def test_unshare_gives_another_user():
    assert in_a_process(NEW_USER + "print(os.getuid())") == "1000\n"


def test_unshare_refused_is_an_oserror():
    source = "try: linux.unshare(0x1)\nexcept OSError as error: print(error.errno == errno.EINVAL)"
    assert in_a_process(source) == "True\n"


def test_a_tmpfs_is_empty_limited_and_private():
    source = """
    linux.make_mounts_private()
    linux.mount_tmpfs("/tmp", "size=64k,nr_inodes=4,mode=700")
    print(os.listdir("/tmp"))
    try:
        open("/tmp/f", "wb").write(bytes(1 << 20))
    except OSError as error:
        print(error.errno == errno.ENOSPC)
    linux.mount_tmpfs("/tmp", "size=4k", read_only=True)
    try:
        open("/tmp/f", "w")
    except OSError as error:
        print(error.errno == errno.EROFS)
    """
    marker = "/tmp/coursekit-linux-test"
    open(marker, "w").close()
    assert in_a_process(NEW_USER + textwrap.dedent(source)) == "[]\nTrue\nTrue\n"
    os.remove(marker)  # it is still here


def test_capabilities_are_dropped_for_good():
    source = """
    linux.drop_capabilities()
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print([int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapBnd")])
    try:
        linux.mount_tmpfs("/tmp", "size=4k")
    except OSError as error:
        print(error.errno == errno.EPERM)
    """
    assert in_a_process(NEW_USER + textwrap.dedent(source)) == "[0, 0, 0, 0]\nTrue\n"


def test_setns_returns_to_the_own_pid_namespace():
    source = """
    linux.unshare(linux.CLONE_NEWUSER)
    own = os.pidfd_open(os.getpid())
    linux.unshare(linux.CLONE_NEWPID)
    if os.fork() == 0:
        os._exit(os.getpid() != 1)
    print(os.wait()[1])
    try:
        linux.setns(own, linux.CLONE_NEWPID)
    except OSError as error:  # the own namespace belongs to another user namespace
        print(error.errno == errno.EPERM)
    """
    assert in_a_process(source) == "0\nTrue\n"


@pytest.mark.skipif(not linux.landlock_abi(), reason="this kernel has no Landlock")
def test_landlock_allows_what_it_was_given_and_nothing_else(tmp_path):
    for name in ("read", "write", "secret"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    source = f"""
    os.chdir({str(tmp_path)!r})
    linux.landlock(["read"], ["write"], ["/dev/null", "/dev/does-not-exist"])
    print(open("read/file").read(), open("write/new", "w").write("x"), open("/dev/null", "w").write("y"))
    for path, mode in (("secret/file", "r"), ("read/new", "w"), ("read/file", "a"), ("/etc/passwd", "r")):
        try:
            open(path, mode)
        except OSError as error:
            print(error.errno == errno.EACCES)
    """
    assert in_a_process(source) == "read 1 1\n" + "True\n" * 4


def test_no_landlock_is_an_oserror(monkeypatch):
    monkeypatch.setattr(linux, "landlock_abi", lambda: 0)
    with pytest.raises(OSError, match="no Landlock"):
        linux.landlock([])


def test_huge_pages_change_no_content_in_parent_or_child():
    said = in_a_process("""
        import hashlib
        data = bytearray(os.urandom(1 << 20)) * 24
        before = hashlib.sha256(data).hexdigest()
        linux.use_huge_pages()
        reading, writing = os.pipe()
        if os.fork() == 0:
            seen = hashlib.sha256(data).hexdigest() == before
            data[5_000_000] ^= 1
            os.write(writing, b"1" if seen else b"0")
            os._exit(0)
        os.wait()
        print(os.read(reading, 1).decode(), hashlib.sha256(data).hexdigest() == before)
    """)
    assert said == "1 True\n"

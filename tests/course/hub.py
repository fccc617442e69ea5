"""A real JupyterHub on docs/teaching/jupyterhub.md: its blocks as they stand, with accounts that exist for it alone.

Accounts, homes, /etc and /srv are made in a mount namespace, so nothing of this machine changes; processes live in a
namespace of their own and end with the test. That takes root.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.ordinary_user import shown_to_others
from tests.docs.pages import ROOT, TEACHING, Block, blocks
from tests.processes import finished, started, until_it_answers

PAGE = TEACHING / "jupyterhub.md"
ACCOUNTS = {"prof": 20001, "ada": 20002, "alan": 20003, "grader-rnn": 20004}

OURS = """
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.bind_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.command = [{program!r}]
c.JupyterHub.db_url = "sqlite:///:memory:"
c.JupyterHub.cookie_secret_file = "{folder}/cookie"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
"""


def proxy() -> str | None:
    """The hub's proxy: of the machine, or of the clone, where `.ci/run` puts it."""
    places = [os.environ["PATH"], str(ROOT / "node_modules" / ".bin")]
    return shutil.which("configurable-http-proxy", path=os.pathsep.join(places))


class Hub:
    """A hub that runs. Its accounts' homes lie in `home`, the exchange in `exchange`."""

    def __init__(self, folder: Path, address: str) -> None:
        self.home, self.exchange = folder / "home", folder / "srv" / "nbgrader" / "exchange"
        self.address, self.log = address, folder / "hub.log"

    def said(self, text: str) -> bool:
        return text in self.log.read_text(errors="replace")


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Hub]:
    """A hub; skips the test where a part of it is missing."""
    pytest.importorskip("jupyterhub", reason="the extra `hub` is not installed")
    if (program := proxy()) is None:
        pytest.skip("no proxy for JupyterHub on this machine (npm install --global configurable-http-proxy)")
    if os.geteuid() != 0:
        pytest.skip("only root can make accounts for a hub")
    stage = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if finished([*stage, "true"]).returncode:
        pytest.skip("this machine lets root make no namespaces")
    ports = dict(zip(("proxy", "hub", "api", "9997"), _free_ports(4), strict=True))
    config = "".join(block.text for block in blocks(PAGE) if block.language == "python" and block.info == "hub")
    own = OURS.format(program=program, folder=folder, **{name: ports[name] for name in ("proxy", "hub", "api")})
    (folder / "jupyterhub_config.py").write_text(config.replace("9997", str(ports["9997"])) + own)
    for name in ("home", "srv"):
        (folder / name).mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {"PATH": path, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HOME": str(folder), "LANG": "C.UTF-8"}
    hub = Hub(folder, f"http://127.0.0.1:{ports['proxy']}")
    command = [*stage, "sh", "-c", "\n".join(_steps(folder))]
    with hub.log.open("w") as log, started(command, cwd=folder, env=env, stdout=log, stderr=log) as process:
        try:
            until_it_answers(f"{hub.address}/hub/login", process, hub.log, 300)
            yield hub
        finally:
            process.kill()  # with --kill-child, all that it has started ends with it


def _steps(folder: Path) -> list[str]:
    """Lines of a shell: the machine as the page takes it for granted, then what the page says, then the hub."""
    lines = shown_to_others()
    lines += ['cp -a /etc "$stash/etc"']
    for name, number in ACCOUNTS.items():
        lines.append(f"echo '{name}:x:{number}:{number}::/home/{name}:/bin/bash' >> \"$stash/etc/passwd\"")
        lines.append(f"echo '{name}:x:{number}:' >> \"$stash/etc/group\"")
    lines += ['mount --bind "$stash/etc" /etc']
    lines += [f"mount --bind {shlex.quote(str(folder / name))} /{name}" for name in ("home", "srv")]
    lines += [f"install -d -m 700 -o {name} -g {name} /home/{name}" for name in ACCOUNTS]
    lines += ["export TMPDIR=$(mktemp -d); chmod 1777 $TMPDIR; mount -t tmpfs -o mode=1777 tmpfs $TMPDIR"]
    for block in blocks(PAGE):
        lines += _typed(block)
    lines.append(f"exec jupyterhub --config {shlex.quote(str(folder / 'jupyterhub_config.py'))}")
    return lines


def _typed(block: Block) -> list[str]:
    if block.file:
        place = shlex.quote(block.file)
        return [f"mkdir -p $(dirname {place})", f"cat > {place} <<'END_OF_FENCE'\n{block.text}END_OF_FENCE"]
    if block.language != "shell":
        return []
    if block.info == "root":
        return [block.text]
    who = f"setpriv --reuid={block.info} --regid={block.info} --clear-groups env HOME=/home/{block.info}"
    return [f"(cd /home/{block.info} && {who} bash -euc {shlex.quote(block.text)})"]


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]

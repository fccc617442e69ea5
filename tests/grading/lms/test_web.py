"""Requests to a platform that answers in its own way."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from coursekit.grading.lms.lti import web


@pytest.fixture
def dripping():
    """The address of a server that sends a byte now and then, and never all; what was asked, and how to end it."""
    asked, over = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            asked.append(self.path)
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\n" if self.path == "/body" else b"")
                self.wfile.write(b"Content-Length: 1000000\r\n\r\n" if self.path == "/body" else b"")
                while not over.wait(0.02):
                    self.wfile.write(b"H")
                    self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    over.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("where", ["/head", "/body"])
def test_an_answer_that_comes_byte_by_byte_does_not_hold_the_run(where, dripping, monkeypatch):
    """A socket's own limit begins anew with every byte."""
    address, asked = dripping
    monkeypatch.setattr(web, "PATIENCE_S", 0.3)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(web.NoAnswer, match=r"no whole answer within 0\.3 s"):
        web.Web(sleep=lambda seconds: None).ask("GET", address + where, {})
    assert asked == [where] * web.TRIES


def test_a_platform_that_is_not_there_says_where_to_look(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and never listens
        with pytest.raises(web.NoAnswer, match=r"gives no answer \(.+\): look at the addresses in lti.toml"):
            web.Web(sleep=lambda seconds: None).ask("GET", f"http://127.0.0.1:{nobody.getsockname()[1]}/", {})

"""Lies on the channel: what a worker writes there by itself is a failed case, not an error of the grader."""

from __future__ import annotations

import pytest

from coursekit.grading.run.sandbox import FunctionRef

from .conftest import attack

FORGED = {
    "noise": "send(os.urandom(4096))",
    "zeros": "send(bytes(4096))",
    "a pickle": "send(pickle.dumps({'status': 'ok', 'value': 1}))",
    "text": 'send(b\'{"status": "ok"}\' * 10)',
    "a header that never comes": "send(wire.HEAD.pack(b'ckw1', 1 << 20, 0, 0)); os._exit(0)",
    "a header of four gigabytes": "send(wire.HEAD.pack(b'ckw1', 2**32 - 1, 0, 0))",
    "arrays of exabytes": "send(wire.HEAD.pack(b'ckw1', 10, 1, 2**63))",
    "the id of another request": "reply({'id': 1, 'op': 'reply', 'status': 'ok', 'value': 1})",
    "no id": "reply({'op': 'reply', 'status': 'ok', 'value': 1})",
    "an id that is true": "reply({'id': True, 'op': 'reply', 'status': 'ok', 'value': 1})",
    "a second ready": "reply({'op': 'ready'})",
    "an unknown status": "reply({'id': ID, 'op': 'reply', 'status': 'perfect'})",
    "a status that is a list": "reply({'id': ID, 'op': 'reply', 'status': ['ok']})",
    "busy, to be run for ever": "reply({'id': ID, 'op': 'reply', 'status': 'busy'})",
    "an error without text": "reply({'id': ID, 'op': 'reply', 'status': 'error', 'ename': 3})",
    "warnings that are numbers": "reply(OK | {'warnings': [1]})",
    "arguments that are a number": "reply(OK | {'args': 7})",
    "output of another kind": "reply(OK | {'shown': [['html', '<script>']]})",
    "a display of another kind": "reply(OK | {'shown': [['display', {'text/html': '<script>'}]]})",
    "output beyond the cap": "reply(OK | {'shown': [['stdout', 'x' * 100000]]})",
    "a callback of nothing": "reply({'id': ID, 'op': 'callback', 'number': 0, 'args': (), 'kwargs': {}})",
    "a callback without arguments": "reply({'id': ID, 'op': 'callback', 'number': 0})",
    "a shape that lies": "raw(['d', ['id', ID, 'v', ['a', '<f8', [9], 'a']]], 1, bytes(8))",
    "objects in an array": "raw(['d', ['id', ID, 'v', ['a', '|O', [1], 'a']]], 1, bytes(8))",
    "an unknown marker": "raw(['d', ['id', ID, 'v', ['pickle', 'x']]], 0, b'')",
}
OWN = "ID = request_id(); OK = {'id': ID, 'op': 'reply', 'status': 'ok'}"
SEND = """
import msgpack, os, pickle, sys, time
from inside import wire
def send(data):
    while data: data = data[os.write(3, data):]
"""
FORGE = (
    SEND
    + """
def reply(message):
    send(b"".join(bytes(c) for c in wire.Encoder(lambda v: None, 1 << 24).frame(message)))
def raw(header, arrays, data):
    packed = msgpack.packb(header)
    send(wire.HEAD.pack(b"ckw1", len(packed), arrays, len(data)) + packed + data)
def request_id():
    frame = sys._getframe()
    while "self" not in frame.f_locals or not hasattr(frame.f_locals["self"], "request"):
        frame = frame.f_back
    return frame.f_locals["self"].request["id"]
"""
)


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_frame_is_a_failed_case(server, name):
    result = attack(server, f"{OWN}\n{FORGED[name]}", before=FORGE, wall_s=10)
    assert result.status in ("malformed", "died") and result.reason, result


def test_a_reply_written_in_advance_does_not_count(server):
    source = "reply({'id': 5, 'op': 'reply', 'status': 'ok', 'value': 1})"
    with server.open() as worker:
        worker.run_cell(FORGE + "def f(): return 2")
        first = worker.run_cell(source)
        assert first.status == "malformed"
        assert worker.call("f").status == "malformed"  # and nothing after it does


def test_half_a_reply_is_given_up_on_time(server):
    source = "send(wire.HEAD.pack(b'ckw1', 100, 0, 0)); time.sleep(1000)"
    result = attack(server, source, before=SEND, wall_s=0.3)
    assert result.status in ("timeout", "busy")


def test_a_trickling_reply_is_given_up_on_time(server):
    source = "send(wire.HEAD.pack(b'ckw1', 10**6, 0, 0))\nwhile True: send(b'x'); time.sleep(0.01)"
    assert attack(server, source, before=SEND, wall_s=0.5).status in ("timeout", "busy")


def test_a_flood_of_frames_is_one_failed_case(server):
    assert attack(server, "while True: send(bytes(1 << 16))", before=SEND).status == "malformed"


def test_endless_callbacks_use_up_the_budget(server):
    with server.open() as worker:
        worker.run_cell("def f(g):\n    while True: g()")
        assert worker.call("f", (FunctionRef(lambda: None),), cpu_s=0.3, wall_s=5).status in (
            "malformed",
            "timeout",
            "busy",
        )

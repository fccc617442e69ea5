"""Workers that tell lies about the lines of an answer: what they tell is read or refused, and changes nothing else."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from coursekit.checking import registry
from coursekit.checking.portable.record import Recorder
from coursekit.checking.portable.sent import MAX_ARRAYS, MAX_EVENTS, packed
from coursekit.grading.run import along
from coursekit.grading.run.recorded import Malformed, recording

from .one_answer import graded
from .wrong_line import GRU, LINE, first, source

FORGED = """
import portable.record as record, portable.sent as sent, numpy as np
EVIL = "<img src=x onerror=alert(1)>" * 1000
def run(self, call, *args):
    value = call(*args)
    frame = record.Frame(gru_step.__code__, None, 1, 0)
    for k in range({count}):
        self.events.append(record.Event(frame, {line}, {name}, (np.random.rand(4, 5),), (), (({name}, 3),), k))
    self.events.append(record.Event(frame, 13, "", (value,), inner=frame, returned=True))
    return value
record.Recorder.run = run
sent.MAX_EVENTS = sent.MAX_ARRAYS = 10**9
"""
RUNS = """
import portable.record as record
def run(self, call, *args):
    {}
record.Recorder.run = run
"""


def test_lies_about_lines_arrive(warm_server):
    """Else the next test could not fail."""
    found = graded(warm_server, "gru_step", source(GRU), FORGED.format(count=1, line=9, name="'hr'"))
    assert first(found.reports["gru_step"]).source != LINE[1]


@pytest.mark.parametrize(
    "forged",
    [
        FORGED.format(count=3, line=10**6, name="'cand'"),
        FORGED.format(count=3, line=-5, name="'cand'"),
        FORGED.format(count=3, line=12, name="EVIL"),
        FORGED.format(count=3, line="'12'", name="'cand'"),
        FORGED.format(count=300_000, line=12, name="'cand'"),
        FORGED.format(count=2900, line=12, name="'cand'"),
        FORGED.format(count=1, line=12, name="'cand'")
        + "sent.packed.__code__ = (lambda recording: (1, 2, 3, 4)).__code__",
        FORGED.format(count=1, line=12, name="'cand'")
        + "sent.packed.__code__ = (lambda recording: recording).__code__",
        RUNS.format("import os; os._exit(0)"),
        pytest.param(RUNS.format("while True: pass"), marks=pytest.mark.slow),
    ],
    ids=["far away", "before", "markup", "a text", "many", "most", "no lists", "an object", "exit", "for ever"],
)
def test_a_forged_recording_changes_nothing_but_its_own_lines(warm_server, forged, monkeypatch):
    monkeypatch.setitem(registry._exercises, "gru_step", replace(registry.get("gru_step"), cpu_s=2.0))
    plain = graded(warm_server, "gru_step", source(GRU))
    found = graded(warm_server, "gru_step", source(GRU), forged)
    report, honest = found.reports["gru_step"], plain.reports["gru_step"]
    assert (found.faults, found.broken) == ({}, "")
    assert (report.verdict, report.score, report.cases) == (honest.verdict, honest.score, honest.cases)
    for fact in report.along:
        assert getattr(fact, "source", "") in {"", *(line.strip() for line in source(GRU).splitlines())}
    assert "onerror" not in report.text


def told():
    """What an honest worker tells, and the source of its cell."""
    names = {"np": np}
    text = source(GRU)
    exec(compile(text, "<cell>", "exec"), names)
    recorder = Recorder(names["gru_step"])
    draw = registry.get("gru_step").draws(along.PUBLIC)[0]
    recorder.run(names["gru_step"], *draw.args.values())
    return packed(recorder), text


def test_what_an_honest_worker_tells_is_read():
    sent, text = told()
    read = recording(sent, ["def other(): pass", text])
    assert {event.name for event in read.events} >= {"reset", "update", "cand", ""}
    assert {event.frame.lines.quoted(event.line) for event in read.events} >= {LINE[1]}
    assert recording(sent, []).events == [], "without a source there are no lines"


JUNK = [
    None,
    True,
    -1,
    10**30,
    1.5,
    float("nan"),
    "x" * 100_000,
    "__class__",
    [],
    [[]],
    (),
    {},
    {"a": 1},
    b"",
    np.zeros(3),
]
JUNK += [np.zeros((5, 5), dtype=complex), np.zeros(10**6), np.array(["a"]), np.array([], dtype=float), [0] * 10_000]


def places(value, way=()):
    yield way
    if isinstance(value, (list, tuple)):
        for k, part in enumerate(value):
            yield from places(part, (*way, k))


def replaced(value, way, new):
    if not way:
        return new
    parts = list(value)
    parts[way[0]] = replaced(parts[way[0]], way[1:], new)
    return type(value)(parts)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_told_is_read_or_refused(seed):
    sent, text = told()
    exercise, rng = registry.get("gru_step"), random.Random(seed)
    draw, want = along.public_draws("gru_step")[0]
    ways = list(places(sent))
    for _ in range(40):
        forged = sent
        for _ in range(rng.choice((1, 1, 3))):
            way = rng.choice(ways)
            with_it = rng.choice(JUNK)
            try:
                forged = replaced(forged, way, with_it)
            except (TypeError, IndexError):
                continue
        try:
            read = recording(forged, [text])
        except Malformed:
            continue
        shown = along.read(exercise, read, draw, want, {"h": want["h"] + 1.0}, along.PUBLIC)
        for fact in shown:
            assert getattr(fact, "variable", "") in {"", *text.replace("(", " ").replace(",", " ").split()}


@pytest.mark.parametrize(
    "forged",
    [
        ([], [], [], [[0, 1, "x", [], [], [], 0, -1, False]]),
        ([["gru_step", 6]], [[0, 0]], [], [[0, 1, "x", [0], [], [], 0, -1, False]]),
        ([["gru_step", 6]], [[0, 10**9]], [], []),
        ([["gru_step", 6]], [[0, 0]], [np.zeros(3)] * (MAX_ARRAYS + 1), []),
        ([["gru_step", 6]], [[0, 0]], [], [[0, 1, "x", [], [], [], 0, -1, False]] * (MAX_EVENTS + 1)),
        ([["gru_step", 6]], [[0, 0]], [], [[0, 1, "x", [], [], [["a", "b"]], 0, -1, False]]),
        ([["gru_step", True]], [], [], []),
    ],
)
def test_what_is_no_recording_is_refused(forged):
    with pytest.raises(Malformed):
        recording(forged, [source(GRU)])

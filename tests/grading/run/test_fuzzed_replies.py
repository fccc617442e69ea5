"""Whatever a worker replies, comparing it gives a report, within bounds: hypothesis writes the replies."""

from __future__ import annotations

import collections
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coursekit.checking import evaluate, registry
from coursekit.grading import bounds
from coursekit.grading.run.remote import Remote, call_remotely
from coursekit.grading.run.sandbox import worker
from coursekit.grading.run.sandbox.inside import wire

from .scripted import NUMBER, Array, Node, Reply, Scripted, record

EXERCISES = (
    "sigmoid",  # one array of any shape
    "numerical_gradient",  # a function of the draw is called back
    "gru_step",  # named tuples among the arguments
    "gru_forward",  # an earlier exercise is called back; a sequence
    "gru_step_backward",  # several tensors, as a tuple or by name
    "init_lstm",  # adds two parts of the reply
    "clip_by_global_norm",  # a list in the reply
    "train_step",  # two lists in the reply
    "write_check",  # 18 draws, a truth value, marks of its own
    "to_torch_state_dict",  # a dict in the reply
    "count_alarms",  # whole numbers
)
NAMES = ("detach", "clone", "numpy", "cpu", "shape", "dtype", "ndim", "items", "W_ih", "W_hh", "b_ih", "b_hh", "dx")
SHAPES = ((), (0,), (1,), (4, 5), (5, 4), (15, 3), (2, 3, 5), (0, 9000, 3), (12_000, 1), (1, 12_000), (300_000,))
NUMBERS = (0, 1, -1, 2**63 - 1, 2**64 - 1, 10**399, -(10**399), 1e308, -1e308, 5e-324, float("nan"), float("inf"))

arrays = st.builds(
    Array,
    st.sampled_from(SHAPES) | st.lists(st.integers(0, 6), max_size=4).map(tuple),
    st.sampled_from(wire.CODES),
    st.sampled_from("atg"),
    st.sampled_from((0.0, 1.0, 1e308, float("nan"), float("inf"), -128.0)),
)
scalars = st.sampled_from((np.float32(2), np.int8(-128), np.uint64(2**64 - 1), np.bool_(True), np.float16("nan")))
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.text(max_size=8) | st.just("x" * 10_000),
    scalars,
    arrays,
    st.builds(lambda name, handle: Node("o", (name, handle)), st.sampled_from(NAMES), st.integers(0, 9)),
)


def containers(parts: st.SearchStrategy) -> st.SearchStrategy:
    several = st.lists(parts, max_size=5)
    fields = st.lists(st.sampled_from(NAMES), max_size=4, unique=True)
    return st.one_of(
        several,
        several.map(tuple),
        st.dictionaries(st.sampled_from(NAMES) | st.integers(0, 5), parts, max_size=5),
        st.builds(lambda names, item: record(*names, item=item), fields, parts),
    )


values = st.recursive(leaves, containers, max_leaves=12)


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    """Any value; or a right one with a part replaced. The rest of the reply is well-formed, or not."""
    value = draw(values)
    if draw(st.booleans()):
        value = Spoilt(draw(st.integers(0, 13)), value, draw(st.sampled_from(("tuple", "list", "dict", "record"))))
    strange = draw(st.dictionaries(st.sampled_from(sorted(SAID)), values, max_size=2))
    usual = {key: draw(SAID[key]) for key in draw(st.lists(st.sampled_from(sorted(SAID)), max_size=3))}
    callbacks = draw(st.lists(st.lists(values, max_size=4).map(tuple), max_size=2))
    return Reply(value, usual | strange, tuple(callbacks))


texts = st.text(max_size=20) | st.just("\x00\x1b[31m\u202e" * 5) | st.just("a" * 5_000)
SAID = {
    "status": st.sampled_from(("ok", "error", "timeout", "malformed", "other")),
    "args": st.lists(values, max_size=6),
    "kwargs": st.dictionaries(st.sampled_from(NAMES), values, max_size=2),
    "warnings": st.lists(texts, max_size=3),
    "events": st.lists(st.sampled_from(("overflow", "invalid", "x")), max_size=3),
    "shown": st.lists(st.builds(lambda text: ["stdout", text], texts), max_size=2),
    "ename": texts,
    "evalue": texts,
    "traceback": texts,
}


class Spoilt:
    """The right value for the arguments of a call, with its part `place` replaced, in another kind of container."""

    def __init__(self, place: int, part: Any, kind: str) -> None:
        self.place, self.part, self.kind, self.exercise = place, part, kind, ""

    def __call__(self, args: tuple[Any, ...]) -> Any:
        exercise = registry.get(self.exercise)
        names = [tensor.name for tensor in exercise.returns]
        right = exercise.draws(3)[0]
        value = exercise.call(exercise.reference, right.args)
        parts = list(value) if len(names) > 1 else [value]
        parts[self.place % len(parts)] = self.part
        if self.kind == "dict":
            return dict(zip(names, parts, strict=True))
        if self.kind == "record":
            return Node("n", ("Answer", [f"f{k}" for k in range(len(parts))], parts))
        return parts if self.kind == "list" else tuple(parts)

    def __repr__(self) -> str:
        return f"Spoilt({self.place}, {self.part!r}, {self.kind!r})"


COLLIDING = {k * (2**61 - 1): 0 for k in range(900)}
WIDE = [Array((12_000, 1)), Array((1, 12_000))]


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    """Bounds that a step must not need: what is not closed by construction is found by these."""
    monkeypatch.setattr(bounds, "STEP_S", 5.0)
    monkeypatch.setattr(bounds, "MEMORY_MB", 300)
    monkeypatch.setattr(worker.secrets, "randbits", lambda bits: NUMBER)


@pytest.mark.parametrize("name", EXERCISES)
@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(reply=replies())
@example(reply=Reply(record("detach")))
@example(reply=Reply([record("detach")] * 4))
@example(reply=Reply((record("detach", "clone"), 1.0)))
@example(reply=Reply(1.0, {"args": [record("detach"), record("clone", "detach"), [record("detach")]]}))
@example(reply=Reply(1.0, {"args": [Node("o", ("detach", 1))] * 3}))
@example(reply=Reply(Node("o", ("torch.Tensor", 3))))
@example(reply=Reply((Array((15, 3)), Array((15, 5)), *WIDE)))
@example(reply=Reply([*WIDE, *WIDE]))
@example(reply=Reply(WIDE[0], callbacks=(tuple(WIDE),)))
@example(reply=Reply(0.0, callbacks=((Array((0, 8_000_000, 3)), Array((0, 5)), [Array((15, 3))] * 4),)))
@example(reply=Reply(0.0, callbacks=((Array((1, 300_000, 1)), Array((1, 5)), record("W_ih", "W_hh", "b_ih", "b_hh")),)))
@example(reply=Reply(["x" * 10_000, *[1.0] * 1_000]))
@example(reply=Reply([10**399] * 4))
@example(reply=Reply((1.0, 1.0, 10**399, 1.0)))
@example(reply=Reply(COLLIDING))
@example(reply=Reply(Array((4, 5), fill=1e308)))
@example(reply=Reply([[[[[[[[[[[[[[[[[[[[[1.0]]]]]]]]]]]]]]]]]]]]]))
def test_a_reply_is_a_report(name, reply):
    assert_a_report(name, reply)


LARGE = {
    "a long text among numbers": ["x" * 1_000_000, *[1.0] * 100_000],
    "many dicts": [dict.fromkeys(map(str, range(900)), 0)] * 90,
    "a large array": Array((8_000_000,)),
    "truth values that become floats": [Array((8_000_000,), "|b1"), 1e308],
    "many lists": [[1.0] * 400] * 400,
    "small arrays": [Array((0,))] * 4000,
    "what is printed": {"shown": [["stdout", "\n" * 500_000]], "warnings": ["w" * 30_000] * 100},
    "an error": {"status": "error", "ename": "E" * 10_000, "evalue": "x" * 3_000_000},
}


@pytest.mark.parametrize("what", LARGE)
@pytest.mark.parametrize("name", ["gru_step_backward", "clip_by_global_norm"])
def test_a_large_reply_is_a_report(name, what):
    assert_a_report(name, Reply(1.0, LARGE[what]) if what in ("what is printed", "an error") else Reply(LARGE[what]))


def assert_a_report(name: str, reply: Reply) -> None:
    if isinstance(reply.value, Spoilt):
        reply.value.exercise = name
    exercise = registry.get(name)
    with Scripted(reply) as scripted, bounds.Bounds().step():
        report = evaluate(exercise, Remote(scripted, exercise), 3, caller=call_remotely)
    assert 0 <= report.score <= 1
    assert len(json.dumps(report.to_dict(), allow_nan=False)) < 100_000 and len(report._repr_html_()) < 100_000


def test_the_right_answer_passes_through_the_same_frames():
    """What is fuzzed is what right answers go through: as a tuple, as a dict by names, and as a named tuple."""
    exercise = registry.get("gru_step_backward")
    names = [tensor.name for tensor in exercise.returns]
    own = collections.namedtuple("Gradients", [f"f{k}" for k in range(len(names))])
    for shaped in (tuple, list, lambda parts: dict(zip(names, parts, strict=True)), lambda parts: own(*parts)):
        results = []

        def value(args, shaped=shaped, results=results):
            if not args:  # what the first call returned, once more
                return results[0]
            value = exercise.call(exercise.reference, _named(exercise, args))
            results.append(shaped([np.asarray(part) for part in value]))
            return results[-1]

        with Scripted(Reply(value)) as scripted:
            report = evaluate(exercise, Remote(scripted, exercise), 3, caller=call_remotely)
        assert report.passed, report.text


def _named(exercise: Any, args: tuple[Any, ...]) -> dict[str, Any]:
    """The last values that were sent are the answer's arguments."""
    names = exercise.draws(3)[0].args
    return dict(zip(names, args[-len(names) :], strict=True))

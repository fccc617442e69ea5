"""The engine on a small exercise of its own: what answers do, and what the report says of it."""

import contextlib
import importlib
import itertools
import json
import signal
import sys
import threading
import time
import warnings
from dataclasses import replace

import numpy as np
import pytest

from coursekit.checking import Draw, Exercise, Mistake, Report, Tensor, call, evaluate, matrix, registry
from coursekit.checking.portable import record
from coursekit.checking.tracing import judge, landmarks


def running_sum(x, start):
    """hs[:, t] = start + x[:, 0] + ... + x[:, t]."""
    return start[:, None] + np.cumsum(x, axis=1)


def draw(rng):
    for name, (N, T, D) in {"one step": (4, 1, 3), "three steps": (4, 3, 2), "full size": (5, 6, 3)}.items():
        args = {"x": rng.standard_normal((N, T, D)), "start": rng.standard_normal((N, D)) + 3}
        yield Draw(name, args, {"N": N, "T": T, "D": D})


SUM = Exercise(
    name="running_sum",
    lesson="test",
    asks="A running sum.",
    reference=running_sum,
    returns=(Tensor("hs", ("N", "T", "D"), sequence="T"),),
    draw=draw,
    mistakes=(
        Mistake("a sum without its start", "Where does start go?", lambda x, start: np.cumsum(x, axis=1)),
        Mistake("a sum that is not running", "Each step adds to the one before.", lambda x, start: start[:, None] + x),
    ),
    points=2,
)


def test_a_right_answer_passes_and_the_report_says_that_grading_uses_other_draws():
    report = evaluate(SUM, running_sum)
    assert report.passed and report.score == 1.0 and report.points == 2
    assert "Grading uses other draws" in report.text
    assert not report.diagnoses


def test_a_known_mistake_is_named_with_its_hint_and_the_step_where_it_begins():
    report = evaluate(SUM, lambda x, start: start[:, None] + x)
    assert report.diagnoses == ("a sum that is not running",)
    assert "Right before t=1, wrong from t=1 on" in report.text
    assert "Each step adds to the one before" in report.text
    assert report.failed.name == "three steps"
    assert 0 < report.score < 0.5


def test_an_unknown_mistake_is_localised_and_not_named():
    def wrong_in_one_row(x, start):
        hs = running_sum(x, start)
        hs[2] += 0.1
        return hs

    report = evaluate(SUM, wrong_in_one_row)
    assert not report.passed and report.diagnoses == ()
    assert "Only index 2 of axis 0 (N) is wrong" in report.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda hs: -hs, "Every number has the opposite sign"),
        (lambda hs: hs / hs.shape[0], "exactly 1/4 of the expected one, and N = 4"),
        (lambda hs: 2.5 * hs, "Every number is 2.5 times"),
        (lambda hs: np.zeros_like(hs), "It is zero everywhere"),
        (lambda hs: hs[:, ::-1], "reverse order"),
        (lambda hs: np.roll(hs, 1, axis=1), "one late"),
        (lambda hs: hs.swapaxes(0, 1), "two axes swapped"),
        (lambda hs: hs[:, -1], "time axis (T) is missing"),
        (lambda hs: hs * np.where(hs > 3, np.nan, 1), "NaN or infinite"),
        (lambda hs: hs + 1j, "not a real number"),
        (lambda hs: "hs", "is a str"),
        (lambda hs: [hs[0], hs[0, :, :1]], "parts have different shapes"),
    ],
)
def test_what_is_wrong_is_said(change, sentence):
    report = evaluate(SUM, lambda x, start: change(running_sum(x, start)))
    assert not report.passed
    assert sentence in " ".join(report.text.split())


@pytest.mark.parametrize(
    "style",
    [
        lambda hs: hs.tolist(),
        lambda hs: [hs[:, t] for t in range(hs.shape[1])],
        lambda hs: (hs, "a cache"),
        lambda hs: {"hs": hs},
        lambda hs: hs.astype(np.float32),
        lambda hs: np.asfortranarray(hs),
    ],
)
def test_right_answers_in_other_styles_pass(style):
    assert evaluate(SUM, lambda x, start: style(running_sum(x, start))).passed


def test_torch_tensors_are_read_without_the_engine_importing_torch():
    torch = pytest.importorskip("torch")
    assert evaluate(SUM, lambda x, start: torch.tensor(running_sum(x, start), requires_grad=True)).passed


def test_an_argument_changed_in_place_costs_points_and_is_said():
    def in_place(x, start):
        x += 0.0
        x[...] = np.cumsum(x, axis=1)
        return start[:, None] + x

    report = evaluate(SUM, in_place)
    assert not report.passed
    assert "changes its argument x in place" in report.text
    assert report.score == 0.75


def test_a_shared_buffer_is_found():
    buffers = {}

    def reuses_memory(x, start):
        out = buffers.setdefault("out", np.empty(1000))[: x.size].reshape(x.shape)
        out[...] = running_sum(x, start)
        return out

    assert "overwritten by a later call" in evaluate(SUM, reuses_memory).text


def test_random_answers_are_found():
    rng = np.random.default_rng(0)
    report = evaluate(SUM, lambda x, start: running_sum(x, start) + 1e-9 * rng.standard_normal())
    assert not report.passed
    assert "Two calls with the same arguments" in report.text


def test_printing_warning_and_threads_do_not_confuse_the_result(capsys):
    stop = threading.Event()

    def noisy(x, start):
        threading.Thread(target=stop.wait, daemon=True).start()
        print("here I am")
        warnings.warn("look out", stacklevel=1)
        np.log(np.zeros(1))
        return running_sum(x, start)

    report = evaluate(SUM, noisy)
    stop.set()
    assert report.passed
    assert "here I am" in report.text and "look out" in report.text
    assert capsys.readouterr().out == ""


def test_checks_in_two_threads_leave_the_process_as_it_was():
    begun, reports = threading.Event(), {}

    def early(x, start):
        begun.wait(timeout=1)  # of the other check, if it does not wait for this one
        begun.set()
        return running_sum(x, start)

    def late(x, start):
        begun.set()
        first.join(timeout=1)
        return running_sum(x, start)

    def checks(answer):
        reports[answer] = evaluate(SUM, answer)

    before = sys.stdout, warnings.filters, warnings.filters[:], sys.getrecursionlimit()
    first, second = (threading.Thread(target=checks, args=(answer,)) for answer in (early, late))
    first.start()
    second.start()
    first.join(60)
    second.join(60)
    assert not first.is_alive() and not second.is_alive()
    assert (sys.stdout, warnings.filters, warnings.filters[:], sys.getrecursionlimit()) == before
    assert all(reports[answer].passed and not reports[answer].notes for answer in (early, late))


def test_an_error_is_told_with_the_learners_own_line():
    def broken(x, start):
        total = x + 1
        return total @ start

    report = evaluate(SUM, broken)
    assert report.verdict == "raised" and report.score == 0.0
    assert "return total @ start" in report.text
    assert "Traceback" not in report.text


def test_an_endless_loop_ends_even_if_it_catches_everything():
    called = []

    def endless(x, start):
        called.append(x)
        for _ in itertools.repeat(None):
            with contextlib.suppress(Exception):
                time.sleep(0.001)

    report = evaluate(SUM, endless, limit=0.2)
    assert report.verdict == "timeout" and report.score == 0.0
    assert len(called) == 1  # the others are not made


def import_of(folder, monkeypatch, source):
    """A function that imports a module with this source, which has not been imported before."""
    monkeypatch.syspath_prepend(folder)
    name = f"slow_to_import_{folder.name.replace('-', '_')}"
    (folder / f"{name}.py").write_text(source)
    return lambda: importlib.import_module(name)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no interval timers")
def test_what_an_import_takes_is_not_the_time_of_an_answer(tmp_path, monkeypatch):
    imported = import_of(tmp_path, monkeypatch, "import time\ntime.sleep(0.7)")
    assert evaluate(SUM, lambda x, start: imported() and running_sum(x, start), limit=0.3).passed


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no interval timers")
@pytest.mark.parametrize("where", ["after an import", "in an import"])
def test_an_endless_loop_ends_also_beside_an_import(tmp_path, monkeypatch, where):
    monkeypatch.setattr(call, "_IMPORTING", 0.5)
    inside = where == "in an import"
    imported = import_of(tmp_path, monkeypatch, "import time\n" + ("while True: pass" if inside else "time.sleep(0.3)"))

    def endless(x, start):
        imported()
        while True:
            pass

    assert evaluate(SUM, endless, limit=0.2).verdict == "timeout"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no interval timers")
def test_a_timer_of_the_caller_goes_on_after_a_check():
    rung = []
    timer, handler = signal.setitimer(signal.ITIMER_REAL, 0), signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 30)
        assert evaluate(SUM, running_sum).passed
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 30 and not rung
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        assert evaluate(SUM, lambda x, start: time.sleep(0.3) or running_sum(x, start), limit=30).passed
        time.sleep(0.01)
        assert rung == [1], "what came due meanwhile comes after the check, and once"
    finally:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)


def test_leaving_python_is_a_verdict():
    assert evaluate(SUM, lambda x, start: exit(1)).verdict == "exited"


def test_pressing_stop_reaches_the_learner():
    def interrupted(x, start):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(SUM, interrupted)


def test_the_numpy_error_state_of_the_learner_is_not_the_engines():
    with np.errstate(all="raise"):
        assert evaluate(SUM, lambda x, start: running_sum(x, start) + 0 * np.exp(-1e4)).passed


def test_an_earlier_exercise_is_replaced_by_its_reference(monkeypatch):
    monkeypatch.setattr(registry, "_exercises", {**registry._exercises, "running_sum": SUM})
    double = Exercise(
        name="double",
        lesson="test",
        asks="Twice the running sum.",
        reference=lambda x, start: 2 * running_sum(x, start),
        returns=SUM.returns,
        draw=draw,
        uses=("running_sum",),
    )
    learner: dict = {}
    code = "def running_sum(x, start): return x * 0\ndef double(x, start): return 2 * running_sum(x, start)"
    exec(code, learner)
    wrong = learner["running_sum"]
    assert evaluate(double, learner["double"]).passed
    assert learner["running_sum"] is wrong


def test_the_same_seed_gives_the_same_report_and_json_keeps_it(monkeypatch):
    for limited in (record, judge, landmarks):  # a busy machine may end the reading along of one of the two earlier
        monkeypatch.setattr(limited, "MAX_SECONDS", 60)
    answer = SUM.mistakes[0].implement
    report = evaluate(SUM, answer, seed=3)
    again = Report.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again.text == report.text == evaluate(SUM, answer, seed=3).text
    assert (again.score, again.diagnoses, again.verdict) == (report.score, report.diagnoses, report.verdict)


def test_the_example_holds_the_numbers_of_the_simplest_failure():
    report = evaluate(SUM, SUM.mistakes[0].implement)
    example = report.example
    np.testing.assert_array_equal(SUM.mistakes[0].implement(**example.inputs), example.got["hs"])
    np.testing.assert_array_equal(running_sum(**example.inputs), example.expected["hs"])


def test_something_that_cannot_be_called_is_refused_with_a_sentence():
    with pytest.raises(TypeError, match="Pass the function"):
        evaluate(SUM, 3.0)


def test_a_known_mistake_that_is_made_in_another_way_has_its_name():
    ways = (
        lambda x, start: np.where(x > 0, np.cumsum(x, axis=1), np.nan),
        lambda x, start: np.cumsum(x[:, ::-1], axis=1),
    )
    mistake = Mistake("a mistake of three ways", "Look.", lambda x, start: 0 * x + start[:, None], also=ways)
    exercise = replace(SUM, mistakes=(*SUM.mistakes, mistake))
    for way in (mistake.implement, *ways):
        assert evaluate(exercise, way).diagnoses == (mistake.name,)
    assert [row.mistake for row in matrix.rows(exercise, range(1))].count(mistake.name) == 3
    assert not any(row.hole for row in matrix.rows(exercise, range(1)))
    right = replace(SUM, mistakes=(replace(mistake, also=(running_sum,)),))
    assert [row.caught for row in matrix.rows(right, range(1))] == [1, 0]

"""The small change of the right answer that gives a wrong one's numbers: found in other styles, and never by chance."""

import textwrap

import numpy as np
import pytest

from coursekit.checking import Draw, Exercise, Report, Tensor, evaluate, registry
from coursekit.checking.call import call_here
from coursekit.checking.changes import since, summary
from coursekit.checking.edit_words import edit_sentence
from coursekit.checking.facts import Edited, EditKind
from coursekit.checking.search import explaining as searching

GRU = """
    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    def gru_step(x, h, params):
        W, U, b, c = params
        H = h.shape[1]
        reset = sigmoid(x @ W[:H].T + b[:H] + h @ U[:H].T + c[:H])
        update = sigmoid(x @ W[H : 2 * H].T + b[H : 2 * H] + h @ U[H : 2 * H].T + c[H : 2 * H])
        cand = np.tanh(x @ W[2 * H :].T + b[2 * H :] + reset * (h @ U[2 * H :].T + c[2 * H :]))
        return cand + update * (h - cand)
"""
BACK = """
    def rnn_step_backward(dh, cache):
        W, U, _, _ = cache.params
        da = dh * (1 - cache.h * cache.h)
        db = np.sum(da, axis=0)
        return da @ W, da @ U, da.T @ cache.x, da.T @ cache.h_prev, db, db.copy()
"""


def answer(source, name, *edits):
    """The function of this name with some words replaced by others."""
    source = textwrap.dedent(source)
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    names = {"np": np}
    exec(source, names)
    return names[name]


def found(source, name, *edits):
    return evaluate(name, answer(source, name, *edits)).edits


@pytest.mark.parametrize(
    ("old", "new", "kind", "part"),
    [
        ("+ reset * (h", "- reset * (h", EditKind.SIGN, "the candidate n"),
        ("h @ U[:H].T + c[:H]", "h @ U[:H].T", EditKind.TERM_MISSING, "the reset gate r"),
        ("update = sigmoid", "update = np.tanh", EditKind.FUNCTION, "the update gate z"),
        ("x @ W[2 * H :].T + b[2 * H :]", "x @ W[:H].T + b[:H]", EditKind.INSTEAD, "the candidate n"),
        ("cand + update * (h - cand)", "cand + (1 - update) * (h - x @ W[:H].T)", None, None),
    ],
)
def test_a_change_of_an_answer_in_another_style_is_found_where_it_sits(old, new, kind, part):
    edits = found(GRU, "gru_step", (old, new))
    assert [(edit.kind, edit.part) for edit in edits] == ([] if kind is None else [(kind, part)])


def test_a_change_that_is_made_alike_in_two_gates_is_told_for_both():
    edits = found(GRU, "gru_step", ("b[:H] + h @", "b[:H] - h @"), ("b[H : 2 * H] + h @", "b[H : 2 * H] - h @"))
    assert {edit.part for edit in edits} == {"the reset gate r", "the update gate z"}


def test_rows_that_stand_in_another_order_are_named_by_what_they_belong_to():
    def other_rows(array):
        r, z, n = np.split(array, 3)
        return np.concatenate([r, n, z])

    right = answer(GRU, "gru_step")
    report = evaluate("gru_step", lambda x, h, params: right(x, h, tuple(map(other_rows, params))))
    assert [edit_sentence(edit) for edit in report.edits] == [
        "The rows of the update gate z and the candidate n have exchanged places."
    ]


def test_two_changes_in_different_results_are_both_told():
    edits = found(BACK, "rnn_step_backward", ("da.T @ cache.x", "-da.T @ cache.x"), ("db, db.copy()", "db, -db"))
    assert {edit.part for edit in edits} == {"dW_ih", "db_hh"}


RESET_BEFORE = ("reset * (h @ U[2 * H :].T + c[2 * H :])", "(reset * h) @ U[2 * H :].T + c[2 * H :]")


def test_two_frequent_mistakes_at_once_are_both_told():
    edits = found(GRU, "gru_step", RESET_BEFORE, ("x @ W[:H].T + b[:H] + h", "x @ W[:H].T + h"))
    assert {(edit.kind, edit.part) for edit in edits} == {
        (EditKind.SCOPE, "the candidate n"),
        (EditKind.TERM_MISSING, "the reset gate r"),
    }


def test_a_known_mistake_goes_before_what_is_found():
    report = evaluate("gru_step", answer(GRU, "gru_step", ("update * (h - cand)", "(1 - update) * (h - cand)")))
    assert report.mistakes
    assert report.edits == ()


def test_it_is_told_in_the_report_and_stored_with_it():
    report = evaluate("gru_step", answer(GRU, "gru_step", ("+ reset * (h", "- reset * (h")))
    assert "In the candidate n, one sign differs." in " ".join(report.text.split())
    assert Report.from_dict(report.to_dict()).edits == report.edits != ()


def test_it_needs_nothing_but_values():
    wrong = answer(GRU, "gru_step", ("+ reset * (h", "- reset * (h"))
    report = evaluate("gru_step", wrong, caller=lambda *args: call_here(*args))
    assert (report.along, [edit.part for edit in report.edits]) == ((), ["the candidate n"])


def test_a_next_try_knows_that_another_difference_is_there():
    edits = ("+ reset * (h", "- reset * (h"), ("update = sigmoid", "update = np.tanh")
    before, now = (evaluate("gru_step", answer(GRU, "gru_step", edit)) for edit in edits)
    assert "The difference that was named is gone, and another is there." in " ".join(since(summary(before), now))
    assert "difference" not in " ".join(since({**summary(before), "edits": None}, now))


@pytest.mark.parametrize(
    "wrong", [lambda x, h, p: h.copy(), lambda x, h, p: 0 * h, lambda x, h, p: np.round(h) + 0 * h]
)
def test_an_argument_a_constant_and_whole_numbers_are_never_named_as_something_else(wrong):
    assert evaluate("gru_step", wrong).edits == ()


def test_what_agrees_on_some_draws_only_is_not_named():
    changed = answer(GRU, "gru_step", ("+ reset * (h", "- reset * (h"))
    other = answer(GRU, "gru_step", ("update = sigmoid", "update = np.tanh"))
    assert evaluate("gru_step", lambda x, h, p: changed(x, h, p) if len(x) == 4 else other(x, h, p)).edits == ()


def _exercise(reference, shape=(6, 4), **more):
    def draw(rng):
        for size in shape:
            yield Draw(f"n={size}", {"a": rng.standard_normal(size), "b": rng.standard_normal(size)}, {"n": size})

    return Exercise("summed", "00", "a sum", reference, (Tensor("s", ("n",)),), draw, **more)


def summed(a, b):
    total = a + b
    return total * 1.0


def test_what_differs_by_no_more_than_rounding_is_not_named():
    exercise = _exercise(summed, tolerance=1e-12, strict=True)
    report = evaluate(exercise, lambda a, b: (a + b) * (1 + 1e-11))
    assert not report.passed
    assert report.edits == ()


def test_an_exercise_of_a_teacher_is_searched_too():
    assert evaluate(_exercise(summed), lambda a, b: a - b).edits == (Edited(EditKind.SIGN, "s"),)


def test_a_mean_in_place_of_a_sum_is_named_with_the_axis():
    (edit,) = evaluate(_exercise(summed), lambda a, b: (a + b) / len(a)).edits
    assert edit_sentence(edit) == "In `s`, something is divided by n."


def halved(a, b):
    while np.abs(a).max() > 1:
        a = a / 2
    return a + b


def test_a_right_answer_that_may_run_for_ever_when_it_is_edited_is_left_alone():
    assert evaluate(_exercise(halved), lambda a, b: a - b).edits == ()


def test_who_does_not_wait_has_the_rest_of_the_report(monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    wrong = answer(GRU, "gru_step", ("+ reset * (h", "- reset * (h"))
    whole = evaluate("gru_step", wrong)
    monkeypatch.setattr(searching, "search", interrupted)
    report = evaluate("gru_step", wrong)
    assert (report.cases, report.along, report.edits) == (whole.cases, whole.along, ())


def test_a_second_answer_runs_no_candidate_again(monkeypatch):
    evaluate("gru_step", answer(GRU, "gru_step", ("+ reset * (h", "- reset * (h")))
    runs = []
    program = searching._known["gru_step", registry.get("gru_step").reference].program
    monkeypatch.setattr(type(program), "run", _counting(type(program).run, runs))
    assert evaluate("gru_step", answer(GRU, "gru_step", ("update = sigmoid", "update = np.tanh"))).edits
    assert 0 < len(runs) < 40


def _counting(run, runs):
    def counted(*args):
        runs.append(1)
        return run(*args)

    return counted


def test_no_time_means_no_name():
    assert evaluate("gru_step", answer(GRU, "gru_step", ("+ reset * (h", "- reset * (h")), seed=5, search=0).edits == ()


def test_the_names_that_an_edited_answer_calls_are_its_own():
    from coursekit.topics.gru import answers

    before = answers.gru_step
    evaluate("gru_forward", lambda x, h0, params: np.tanh(answers.gru_forward(x, h0, params)))
    assert answers.gru_step is before


def test_a_value_of_a_cache_is_called_by_its_own_name():
    (edit,) = found(BACK, "rnn_step_backward", ("cache.h * cache.h)", "cache.h)"))
    assert (edit.kind, edit.names) == (EditKind.POWER, ("cache.h",))


def test_what_is_made_for_several_values_at_once_bears_the_name_of_none():
    source = """
        def clip_by_global_norm(grads, max_norm):
            norm = np.sqrt(sum(np.sum(g**2) for g in grads))
            factor = max_norm / norm if norm > max_norm else 1.0
            return [g + factor for g in grads], norm
    """
    edits = evaluate("clip_by_global_norm", answer(source, "clip_by_global_norm"), search=60).edits
    assert [edit.part for edit in edits] in ([], [""])


ORTHOGONAL = """
    def orthogonal(A):
        Q, R = np.linalg.qr(A)
        return Q * np.sign(np.diag(R))
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Q * np.sign(np.diag(R))", "R", "In `Q`, what is returned is the R of A = QR."),
        ("np.diag(R)", "np.diag(Q)", "`Q` stands where the R of A = QR belongs."),
    ],
)
def test_two_results_of_one_call_are_no_blocks_of_rows(old, new, sentence):
    assert [edit_sentence(edit) for edit in found(ORTHOGONAL, "orthogonal", (old, new))] == [sentence]


def test_two_values_that_go_by_the_same_words_are_not_told_by_them():
    """The rows of o and f, exchanged before anything is made of them: in words, both lead to dx."""
    source = """
        def lstm_step_backward(dh, dc, k):
            dc = dc + dh * k.o * (1 - k.tanh_c**2)
            i, f = dc * k.g * k.i * (1 - k.i), dc * k.c_prev * k.f * (1 - k.f)
            g, o = dc * k.i * (1 - k.g**2), dh * k.tanh_c * k.o * (1 - k.o)
            da = np.concatenate([i, o, g, f], axis=1)
            db = da.sum(axis=0)
            return da @ k.params.W_ih, da @ k.params.W_hh, dc * k.f, da.T @ k.x, da.T @ k.h_prev, db, db.copy()
    """
    edits = found(source, "lstm_step_backward")
    assert [edit_sentence(edit) for edit in edits] == ["In `dx`, two things stand in each other's places."]


def test_a_value_is_not_said_to_be_in_itself():
    assert edit_sentence(Edited(EditKind.EXCHANGED, "h", ("h", "c"))) == "`h` and `c` have exchanged places."
    assert edit_sentence(Edited(EditKind.EXCHANGED, "h", ("c", "o"))) == "In `h`, `c` and `o` have exchanged places."

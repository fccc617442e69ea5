"""Reading along: what is said of the first wrong line, in answers of many styles."""

import gc
import json
import sys
import warnings
from pathlib import Path

import numpy as np

from coursekit.checking import Report, evaluate, facts
from coursekit.checking.changes import since, summary
from coursekit.checking.facts import RightValue
from coursekit.checking.portable import record
from coursekit.checking.tracing.landmarks import Landmarks
from tests.checking.tracing.cells import CANDIDATE, GRU, cell, first, words


def test_the_first_wrong_line_is_quoted_after_the_right_ones():
    report = evaluate("gru_step", cell(GRU, "gru_step"))
    assert [(fact.line, fact.part) for fact in report.along if isinstance(fact, RightValue)] == [
        (9, "the reset gate r"),
        (10, "the update gate z"),
    ]
    assert first(report).line == CANDIDATE
    assert (
        "In your code Line 9, `reset = sigmoid(gx[:, :H] + gh[:, :H])`: that is the reset gate r, right. Line 10, "
        "`update = sigmoid(gx[:, H : 2 * H] + gh[:, H : 2 * H])`: that is the update gate z, right. Line 11, "
        "`cand = np.tanh(gx[:, 2 * H :] + update * gh[:, 2 * H :])`: the first value that is no part of the right "
        "computation; the candidate n was expected."
    ) in words(report)
    titles = [line[2:14].strip() for line in report.text.splitlines()[1:]]
    assert titles.index("In your code") < titles.index("What")


def test_a_right_answer_is_not_traced(monkeypatch):
    monkeypatch.setattr(record.Recorder, "run", None)
    assert evaluate("gru_step", cell(GRU.replace("update * gh", "reset * gh"), "gru_step")).passed


def test_an_answer_that_is_called_elsewhere_is_not_traced():
    from coursekit.checking.call import call_here

    report = evaluate("gru_step", cell(GRU, "gru_step"), caller=lambda *call: call_here(*call))
    assert not report.passed and report.along == ()


def test_a_loop_is_right_up_to_a_step():
    source = """
        def rnn_backward(dhs, caches):
            W_ih, W_hh, _, _ = caches[0].params
            dx = np.zeros((*dhs.shape[:2], W_ih.shape[1]))
            dW_ih, dW_hh, db = np.zeros_like(W_ih), np.zeros_like(W_hh), np.zeros(len(W_hh))
            dh_next = np.zeros_like(dhs[:, 0])
            for t in reversed(range(len(caches))):
                cache = caches[t]
                dh = dhs[:, t] - dh_next
                da = dh * (1 - cache.h**2)
                dx[:, t] = da @ W_ih
                dh_next = da @ W_hh
                dW_ih += da.T @ cache.x
                dW_hh += da.T @ cache.h_prev
                db += da.sum(axis=0)
            return dx, dh_next, dW_ih, dW_hh, db, db.copy()
    """
    report = evaluate("rnn_backward", cell(source, "rnn_backward"))
    assert first(report).line == 8
    assert facts.WrongFrom("t", (2,), 1) in report.along
    assert "It is right for t = 2, and wrong from t = 1 on." in words(report)


def test_a_right_value_is_not_called_wrong_from_a_step_on():
    source = """
        def gru_forward(x, h0, params):
            h, hs = h0, []
            for t in range(x.shape[1]):
                h[:] = gru_step(x[:, t], h, params)
                hs.append(h)
            return np.stack(hs, axis=1)
    """
    report = evaluate("gru_forward", cell(source, "gru_forward"))
    assert first(report).relation == "part"
    assert not any(isinstance(fact, facts.WrongFrom) for fact in report.along)


def test_what_is_returned_in_the_wrong_place_is_said():
    source = """
        def rnn_step_backward(dh, cache):
            W_ih, W_hh, _, _ = cache.params
            da = dh * (1 - cache.h**2)
            dW_ih = da.T @ cache.x
            dW_hh = da.T @ cache.h_prev
            db = da.sum(axis=0)
            return da @ W_ih, da @ W_hh, dW_ih, dW_hh, dh.sum(axis=0), db
    """
    report = evaluate("rnn_step_backward", cell(source.replace("dh.sum(axis=0), db", "db, db"), "rnn_step_backward"))
    assert report.passed
    report = evaluate("rnn_step_backward", cell(source, "rnn_step_backward"))
    assert first(report).line == 7
    swapped = """
        def lstm_step(x, h, c, params):
            W_ih, W_hh, b_ih, b_hh = params
            a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
            i, f, g, o = np.split(a, 4, axis=1)
            i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
            new = f * c + i * np.tanh(g)
            return new, o * np.tanh(new)
    """
    report = evaluate("lstm_step", cell(swapped, "lstm_step"))
    assert first(report).line == 7
    assert "What you return first, as h, is what belongs second: c." in words(report)


def test_gates_that_bear_each_other_s_names_are_told_where_they_are_read():
    source = (
        GRU.replace("reset", "z").replace("update", "r").replace("r * gh", "r * gh").replace("cand + r", "cand + z")
    )
    report = evaluate("gru_step", cell(source, "gru_step"))
    assert first(report).line == CANDIDATE
    assert "It reads `r`, and what line 10 gives that name is the update gate z." in words(report)


def test_a_scaled_and_a_negated_value_are_named_as_such():
    source = """
        def rnn_step_backward(dh, cache):
            W_ih, W_hh, _, _ = cache.params
            da = {}
            return da @ W_ih, da @ W_hh, da.T @ cache.x, da.T @ cache.h_prev, da.sum(axis=0), da.sum(axis=0)
    """
    negated = evaluate("rnn_step_backward", cell(source.format("dh * (cache.h**2 - 1)"), "rnn_step_backward"))
    assert "with the opposite sign" in words(negated) and first(negated).line == 3
    mean = evaluate("rnn_step_backward", cell(source.format("dh * (1 - cache.h**2) / len(dh)"), "rnn_step_backward"))
    assert (first(mean).relation, first(mean).axis) == ("divided", "N")


def test_a_sum_that_lacks_a_term_is_told_where_it_is_read():
    source = """
        def rnn_step(x, h, params):
            W_ih, W_hh, b_ih, b_hh = params
            total = x @ W_ih.T + b_ih + h @ W_hh.T
            return np.tanh(total)
    """
    report = evaluate("rnn_step", cell(source, "rnn_step"))
    assert first(report).line == 4
    assert "It reads `total` of line 3, which is a part of the right sum or product, not all of it." in words(report)


def test_a_value_that_only_looks_wrong_is_not_blamed():
    """`change` is no value of the right answer, and what is computed from it is right."""
    source = GRU.replace("update * gh", "reset * gh").replace(
        "return cand + update * change", "return 2 * (cand + update * change)"
    )
    report = evaluate("gru_step", cell(source, "gru_step"))
    assert first(report).line == 13


def test_numbers_that_agree_by_chance_are_called_neither_right_nor_wrong():
    source = """
        def gru_step(x, h, params):
            zeros = np.zeros_like(h)
            ones = np.ones(h.shape)
            whole = np.arange(h.size).reshape(h.shape)
            return zeros * whole + ones
    """
    report = evaluate("gru_step", cell(source, "gru_step"))
    assert not any(isinstance(fact, RightValue) for fact in report.along)
    assert first(report) is None or first(report).line == 5


def test_where_nothing_matches_nothing_is_said():
    source = """
        def gru_step(x, h, params):
            a = np.sin(x @ params[0].T * 3)
            b = np.cos(a) + a**3
            c = np.sqrt(1 + b**2)
            d = c[:, :5] * 1.7 + c[:, 5:10]
            return d[:, : h.shape[1]] if d.shape == h.shape else h * 1.3
    """
    assert evaluate("gru_step", cell(source, "gru_step")).along == ()


def test_infinities_that_belong_there_are_right():
    source = """
        def attention_step(query, states, mask):
            scores = np.einsum("nth,nh->nt", states, query) / np.sqrt(query.shape[1])
            masked = np.where(mask, scores, -np.inf)
            e = np.exp(masked.max(axis=1, keepdims=True) - masked)
            weights = e / e.sum(axis=1, keepdims=True)
            return weights, np.einsum("nt,nth->nh", weights, states)
    """
    report = evaluate("attention_step", cell(source, "attention_step"))
    assert first(report).line == 4 and first(report).relation == "not finite"
    assert any(isinstance(fact, RightValue) and fact.line == 3 for fact in report.along)


def test_a_line_below_the_wrong_one_of_a_loop_is_not_called_right():
    source = """
        def rnn_forward(x, h0, params):
            W_ih, W_hh, b_ih, b_hh = params
            h, states = h0, []
            for t in range(x.shape[1]):
                before = h @ W_hh.T if t == 0 else h @ W_hh
                h = np.tanh(x[:, t] @ W_ih.T + b_ih + b_hh + before)
                states.append(h)
            return np.stack(states, axis=1)
    """
    report = evaluate("rnn_forward", cell(source, "rnn_forward"))
    assert first(report).line == 5
    assert not any(isinstance(fact, RightValue) and fact.line > 5 for fact in report.along)


def test_a_single_number_is_read_along():
    source = """
        def lm_loss(logits, targets, mask):
            shifted = logits - logits.max(axis=-1, keepdims=True)
            log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
            picked = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
            total = -(picked * mask).sum() / mask.sum()
            grad = (np.exp(log_p) - np.eye(logits.shape[-1])[targets]) * mask[..., None]
            return total, grad
    """
    report = evaluate("lm_loss", cell(source, "lm_loss"))
    assert first(report).line == 6
    assert [fact.part for fact in report.along if isinstance(fact, RightValue) and fact.line == 5] == ["loss"]


def test_a_single_number_that_makes_the_whole_difference_is_told_where_it_is_made():
    source = """
        def scaled_error(history, truth, forecast, season):
            rival = np.abs(history[1:] - history[:-1]).mean()
            error = np.abs(forecast - truth)
            mean = error.mean(axis=0)
            return mean / rival
    """
    report = evaluate("scaled_error", cell(source, "scaled_error"))
    assert first(report).line == 2
    assert "the mean absolute error of the seasonal naive forecast in the history was expected." in words(report)
    right = source.replace("[1:]", "[season:]").replace("[:-1]", "[:-season]")
    assert evaluate("scaled_error", cell(right, "scaled_error")).passed
    report = evaluate("scaled_error", cell(right.replace("mean / rival", "mean * rival"), "scaled_error"))
    assert first(report).line == 5  # the number is right, and what is done with it is not


def test_a_single_number_that_is_not_the_whole_difference_is_not_blamed():
    source = """
        def scaled_error(history, truth, forecast, season):
            rival = np.abs(history[1:] - history[:-1]).mean()
            error = (forecast - truth) ** 2
            mean = error.mean(axis=0)
            return mean / rival
    """
    fact = first(evaluate("scaled_error", cell(source, "scaled_error")))
    assert fact is None or fact.line != 2


def test_a_single_number_that_is_far_off_gives_no_warning():
    values = np.random.default_rng(0).normal(size=(4, 3)) * 1e10
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not Landmarks().is_known_with([values], 1e-300, 5.0)


# Where the answer stands.


def test_it_is_stored_shown_and_read_again():
    report = evaluate("gru_step", cell(GRU.replace("np.tanh", "np.sin"), "gru_step"))
    again = Report.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again.along == report.along != () and again.text == report.text
    old = {key: value for key, value in report.to_dict().items() if key != "along"}
    assert Report.from_dict(old).along == ()


def test_the_page_escapes_the_line_and_shows_it_as_code():
    report = evaluate("gru_step", cell(GRU.replace("update * gh", "(update if 1 < 2 else '<b>`') * gh"), "gru_step"))
    page = report._repr_html_()
    assert "&#x27;&lt;b&gt;&#x27;&#x27;" in page and "<b>" not in page
    assert page.index("In your code") < page.index("What</div>")
    assert "<code>cand = np.tanh(" in page


def test_a_first_wrong_line_that_has_moved_is_said():
    before = evaluate(
        "gru_step", cell(GRU.replace("gx = x @ W_ih.T + b_ih", "gx = 2 * (x @ W_ih.T) + b_ih"), "gru_step")
    )
    now = evaluate("gru_step", cell(GRU, "gru_step"))
    assert first(before).line < first(now).line
    said = " ".join(since(summary(before), now))
    assert f"The first wrong line was {first(before).line} and is {first(now).line} now." in said
    earlier = {key: value for key, value in summary(before).items() if key != "first_wrong"}
    assert "first wrong line" not in " ".join(since(earlier, now))


def test_no_garbage_collection_begins_where_time_is_bounded():
    """In a process that holds much one takes longer than what is allowed, and nothing would be said of the answer."""
    begun = []

    def note(phase, info):
        frame = sys._getframe(1)
        while phase == "start" and frame is not None:
            begun.append((Path(frame.f_code.co_filename).name, frame.f_code.co_name))
            frame = frame.f_back

    before = gc.get_threshold()
    gc.callbacks.append(note)
    gc.set_threshold(5)
    try:
        report = evaluate("gru_step", cell(GRU.replace("np.tanh", "np.sin"), "gru_step"), seed=41)
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(note)
    assert report.along and gc.isenabled()
    bounded = {("reading.py", "read"), ("record.py", "_enter"), ("judge.py", "judge"), ("explaining.py", "search")}
    assert ("engine.py", "evaluate") in begun and not bounded & set(begun)


ONE_SIDED = """
def numerical_gradient(f, x, upstream):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        moved = x.copy()
        moved[index] += 1e-5
        gradient[index] = np.sum((f(moved) - f(x)) * upstream) / 1e-5
    return gradient
"""


def test_a_difference_that_is_smaller_than_what_lines_are_compared_to_calls_no_line_right():
    report = evaluate("numerical_gradient", cell(ONE_SIDED, "numerical_gradient"))
    assert not report.passed and report.diagnoses and report.along == ()


def test_what_a_line_gives_a_name_that_belongs_to_another_value_is_not_called_right():
    source = """
        def lstm_step(x, h, c, params):
            W_ih, W_hh, b_ih, b_hh = params
            a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
            s = lambda a: 1 / (1 + np.exp(-a))
            af, ai, ag, ao = np.split(a, 4, axis=1)
            i = s(ai)
            f = s(af)
            g = np.tanh(ag)
            o = s(ao)
            c_next = f * c + i * g
            return o * np.tanh(c_next), c_next
    """
    said = words(evaluate("lstm_step", cell(source, "lstm_step")))
    assert "what line 6 gives that name is the forget gate f" in said
    assert (
        "Line 7, `f = s(af)`: that is the input gate i. Line 8, `g = np.tanh(ag)`: that is the candidate g, right."
        in said
    )

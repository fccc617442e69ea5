"""Hints, what changed since the last try, and predictions: what is remembered, also by another kernel."""

from __future__ import annotations

import json
import math
import re
import sys
import time

import bs4
import numpy as np
import pytest

from coursekit import check, hint, predicted, progress
from coursekit.checking import registry
from coursekit.desk.book import book
from coursekit.desk.predictions import INVITATION, Compared, Line
from tests.processes import finished

EXERCISE = registry.get("gru_step")
SWAPPED = EXERCISE.mistakes[0]
STEPS = EXERCISE.hints


def wrong(x, h, params):
    return SWAPPED.implement(x, h, params)


def other(x, h, params):
    return EXERCISE.reference(x, h, params) + 0.1


def not_written(x, h, params):
    raise NotImplementedError()


def try_it(answer):
    return check(answer, "gru_step")


def in_a_new_kernel(code: str) -> str:
    code = f"from coursekit import check, hint, predicted, progress\n{code}"
    done = finished([sys.executable, "-c", code], check=True)
    return done.stdout.strip()


# Hints.


def test_hints_come_one_tier_at_a_time_and_the_last_one_stays():
    seen = [hint("gru_step") for _ in range(len(STEPS) + 1)]
    assert [h.words for h in seen] == [*STEPS, STEPS[-1]]
    assert [h.tier for h in seen[:2]] == [1, 2] and seen[0].tiers == len(STEPS)
    assert str(seen[1]).startswith(f"Hint 2 of {len(STEPS)} for gru_step: ")
    assert "Run the cell again" in seen[0]._repr_html_() and "Run the cell again" not in seen[-1]._repr_html_()
    assert ["may show the line" in h.more for h in seen] == [False] * (len(STEPS) - 2) + [True, False, False]
    assert seen[2].earlier == STEPS[:2] and STEPS[0][:20] in seen[2]._repr_html_()


def test_the_first_hint_says_something_that_the_report_did_not_say():
    report = try_it(wrong)
    first, second = (hint("gru_step") for _ in range(2))
    assert (first.words, second.words) == STEPS[:2] and first.mistake == SWAPPED.name
    assert SWAPPED.hint in report._repr_html_() and first.words not in report.text
    assert f"it looks like {SWAPPED.name}" in str(first)


def test_a_hint_begins_with_the_first_wrong_line_of_the_last_try():
    try_it(other)
    said = hint("gru_step")
    assert "in your code, line " in str(said) and "no part of the right computation" in said._repr_html_()
    assert "`" not in said._repr_html_() and "<code>" in said._repr_html_().partition("In your code")[2]
    assert STEPS[0] in str(said)
    try_it(EXERCISE.reference)
    assert hint("gru_step").found == ""


def test_a_hint_tells_what_the_last_try_had_in_place_of_the_right_computation():
    try_it(lambda x, h, params: -EXERCISE.reference(x, h, params))
    said = hint("gru_step")
    assert said.differs == "In the state h, one sign differs."
    assert said.differs in str(said) and said.differs in said._repr_html_()
    try_it(EXERCISE.reference)
    assert hint("gru_step").differs == ""


def test_after_another_mistake_the_tiers_go_on():
    hint("gru_step")
    later = EXERCISE.mistakes[3]
    check(later.implement, "gru_step")
    following = hint("gru_step")
    assert (following.mistake, following.tier) == (later.name, 2)


def test_what_single_draws_advise_comes_one_at_a_time():
    """The first naive try of write_check must not list every way to see a wrong candidate."""
    exercise = registry.get("write_check")
    advice = {draw.advice for draw in exercise.draws(0)}
    report = check(lambda candidate: True, "write_check")
    assert sum(each in " ".join(report.text.split()) for each in advice) == 1
    assert "11 draws. `hint(write_check)` tells of one after the other." in " ".join(report.text.split())
    said = " ".join(report.text.split())
    wrong = {draw.advice for draw in exercise.draws(0) if draw.name.startswith("wrong")}
    seen = [hint("write_check") for _ in range(len(wrong) - 1 + len(exercise.hints))]
    assert len({each.words for each in seen}) == len(seen)
    assert [bool(each.draw) for each in seen[:4]] == [True, False, True, False]
    assert [each.last for each in seen] == [False] * (len(seen) - 1) + [True]
    assert not any(each.words in said for each in seen)
    assert "about the draw" in seen[0].title and seen[0].words in str(seen[0])
    assert hint("write_check").words == exercise.hints[-1]


def test_hints_go_on_in_another_kernel():
    hint("gru_step")
    assert in_a_new_kernel("print(hint('gru_step'))").startswith("Hint 2 of")


# What changed.


def test_the_first_try_and_a_repeated_success_have_no_past():
    assert try_it(wrong).since == ()
    try_it(EXERCISE.reference)
    assert try_it(EXERCISE.reference).since == ()


def test_the_same_numbers_again_ask_whether_the_cell_was_run():
    try_it(wrong)
    (said,) = try_it(wrong).since
    assert said == "The same numbers as last time. If you changed your answer, run its cell first, then this one."
    assert said in " ".join(try_it(wrong).text.split()) and said in try_it(wrong)._repr_html_()


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (wrong, EXERCISE.reference, "What was wrong is right now."),
        (not_written, EXERCISE.reference, "It runs now, and it is right."),
        (EXERCISE.reference, wrong, "Your last try was right. What did you change since then?"),
        (not_written, wrong, "It runs now and returns numbers."),
        (wrong, not_written, "Last time it ran to its end."),
        (not_written, not_written, "Did you run the cell with your answer?"),
        (lambda x, h, params: h[:, :2], wrong, "h has the right shape now."),
    ],
)
def test_what_changed_is_told_in_a_sentence(before, now, said):
    try_it(before)
    assert said in try_it(now).since[-1]


def returning(value):
    return lambda x, h, params: value


def stops(error):
    def answer(x, h, params):
        raise error

    return answer


NUMBERS = "It returns numbers."


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (returning(None), wrong, NUMBERS),
        (returning("done"), wrong, NUMBERS),
        (returning(np.tanh), wrong, NUMBERS),
        (stops(ValueError()), wrong, "It runs now and returns numbers."),
        (wrong, returning(None), "Numbers came back last time."),
        (wrong, returning("done"), "Numbers came back last time."),
        (not_written, returning(None), "It runs to its end now; what comes back is not what is asked for yet."),
        (stops(ValueError()), returning(None), "It runs to its end now; what comes back is not what is asked for yet."),
        (returning(None), returning("done"), "Something else came back than last time."),
        (returning(None), returning(None), "The same as last time. If you changed"),
        (returning(None), stops(ValueError()), "Last time it ran to its end."),
        (stops(ValueError("a")), stops(ValueError("b")), "It still stops with ValueError."),
        (stops(ValueError()), stops(KeyError()), "It stops in another way than last time."),
        (not_written, stops(ValueError()), "It is written now."),
        (returning(None), EXERCISE.reference, "What was wrong is right now."),
    ],
)
def test_what_changed_is_true_of_what_gives_no_numbers(before, now, said):
    try_it(before)
    assert try_it(now).since[-1].startswith(said)


@pytest.mark.parametrize("now", [returning(None), stops(ValueError()), returning("done")])
def test_nothing_is_praised_that_was_not_looked_at(now):
    exercise = registry.get("sigmoid")
    check(lambda x: 1 / (1 + np.exp(-x)), "sigmoid")
    assert "warns" not in " ".join(check(lambda x: now(x, x, x), "sigmoid").since)
    check(lambda x: 1 / (1 + np.exp(-x)), "sigmoid")
    mended = check(lambda x: exercise.reference(x) + 1, "sigmoid").since
    assert any("NumPy warns of no overflow or division by zero" in each for each in mended)


def test_what_changed_in_a_class_is_told_too():
    import torch

    class Empty(torch.nn.Module):
        def __init__(self, D, H):
            super().__init__()

    known = registry.get("GRU")
    check(Empty, "GRU")
    assert check(Empty, "GRU").since[0].startswith("The same as last time.")
    assert check(known.mistakes[0].implement, "GRU").since[0].startswith("It runs now and returns numbers")


def test_another_wrong_answer_says_what_became_of_the_error():
    try_it(wrong)
    said = " ".join(try_it(other).since)
    assert said.startswith("h is still wrong") and "the error was 1 and is 0.1" in said
    assert said.endswith("It is no longer the known mistake.")


def test_tensors_that_became_right_and_wrong_are_named():
    exercise = registry.get("lstm_step")

    def h_wrong(x, h, c, params):
        h, c = exercise.reference(x, h, c, params)
        return h + 1, c

    def c_wrong(x, h, c, params):
        h, c = exercise.reference(x, h, c, params)
        return h, c + 1

    check(h_wrong, "lstm_step")
    assert check(c_wrong, "lstm_step").since[0] == "h is now right; c is wrong now, and was right before."


def test_other_seeds_are_not_compared():
    try_it(wrong)
    assert check(other, "gru_step", seed=1).since == ()


def test_what_changed_goes_on_in_another_kernel():
    try_it(wrong)
    code = (
        "from coursekit.checking import registry\n"
        "e = registry.get('gru_step'); print(*check(e.mistakes[0].implement, 'gru_step').since)"
    )
    assert in_a_new_kernel(code).startswith("The same numbers as last time.")


def test_a_past_that_another_version_wrote_says_nothing():
    from coursekit.desk.book import book

    book().journal.add("check", exercise="gru_step", passed=False, score=0.0, verdict="wrong")
    assert try_it(wrong).since == ()


# Predictions.


def test_a_prediction_stands_beside_the_measurement(capsys):
    predicted("share_through_tanh", 0.4, 0.19)
    predicted("share_through_tanh", 0.4, 0.19)
    assert capsys.readouterr().out == "share through tanh: measured 0.19, you predicted 0.4\n" * 2
    predicted("share_through_tanh", 0.2, 0.19)
    assert capsys.readouterr().out == "share through tanh: measured 0.19, you predicted 0.2 (at first 0.4)\n"


def test_the_first_prediction_survives_the_kernel(capsys):
    predicted("largest_state", 5, 1.0)
    assert in_a_new_kernel("predicted('largest_state', 1, 1.0)").endswith("as you predicted (at first 5)")


@pytest.mark.parametrize(
    ("guess", "measured", "said"),
    [
        (None, 0.5, f"measured 0.5\n{INVITATION}"),
        (0.3, None, "you predicted 0.3"),
        (None, None, f"not predicted yet\n{INVITATION}"),
        ("the same", "the same", "measured the same, as you predicted"),
        ("larger", "the same", "measured the same, you predicted larger"),
        (True, False, "measured False, you predicted True"),
        (60400, 60400, "measured 60400, as you predicted"),
        (0.1, 0.1004, "measured 0.1, as you predicted"),
        (1000.0, 2871.3, "measured 2870, you predicted 1000"),
        (1e-12, 6.1e-6, "measured 6.1e-06, you predicted 1e-12"),
        (["a", "b"], ["b", "a"], "measured b, a, you predicted a, b"),
        (..., 2, "measured 2, you predicted Ellipsis"),
        (None, ["six products per step"] * 6, f"measured {', '.join(['six products per step'] * 6)}\n{INVITATION}"),
        (None, [0.5] * 13, f"measured {'0.5, ' * 12}…\n{INVITATION}"),
        ("a" * 81, "b" * 80, f"measured {'b' * 80}, you predicted {'a' * 79}…"),
    ],
)
def test_every_kind_of_prediction_has_its_line(capsys, guess, measured, said):
    predicted("name", guess, measured)
    assert capsys.readouterr().out == f"name: {said}\n"


def test_numbers_of_libraries_are_numbers(capsys):
    import numpy as np

    predicted("name", np.float32(0.5), np.array(0.25))
    assert capsys.readouterr().out == "name: measured 0.25, you predicted 0.5\n"


def test_a_dictionary_has_a_line_for_each_guess(capsys):
    predicted("factor", {"RNN": 0.5, "GRU": None}, {"RNN": 0.57, "LSTM": 0.63, "GRU": 0.64})
    assert capsys.readouterr().out.splitlines() == [
        "RNN  measured 0.57, you predicted 0.5",
        "GRU  measured 0.64",
        INVITATION,
    ]
    predicted("factor", {"RNN": 0.5, "LSTM": 0.6}, {"RNN": 0.57})
    assert "LSTM  you predicted 0.6" in capsys.readouterr().out, "what was not measured is not left out"
    predicted("factor", None, {"RNN": 0.57})
    assert capsys.readouterr().out == f"RNN: measured 0.57\n{INVITATION}\n"


def test_in_a_notebook_a_prediction_is_a_table_and_an_open_one_invites():
    page = Compared((Line("RNN", 0.4, 0.57, 0.3), Line("<GRU>", None, 0.64, None)))._repr_html_()
    rows = [
        [cell.text for cell in row.find_all(["th", "td"])]
        for row in bs4.BeautifulSoup(page, "html.parser").find_all("tr")
    ]
    assert rows == [["", "you predicted", "measured"], ["RNN", "0.4 (at first 0.3)", "0.57"], ["<GRU>", "–", "0.64"]]
    assert INVITATION in page
    open_one = Compared((Line("RNN", None, 0.57, None),))._repr_html_()
    assert "you predicted" not in open_one and "0.57" in open_one and INVITATION in open_one
    assert INVITATION not in Compared((Line("RNN", 0.57, 0.57, 0.57),))._repr_html_()


def test_a_prediction_is_shown_where_its_cell_stands():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    try:
        with capture_output() as captured:
            shell.run_cell("from coursekit import predicted\npredicted('name', 1, 2)\nprint('after')")
    finally:
        InteractiveShell.clear_instance()
    (shown,) = captured.outputs
    assert captured.stdout == "after\n"
    assert "<td" in shown.data["text/html"] and shown.data["text/plain"] == "name: measured 2, you predicted 1"


def test_what_stands_in_the_places_of_pythons_own_harms_neither_the_journal_nor_what_is_shown(monkeypatch):
    with monkeypatch.context() as patch:
        for module, name in ((json, "dumps"), (json, "loads"), (math, "floor"), (re, "sub"), (time, "perf_counter")):
            patch.setattr(module, name, None)
        report = try_it(EXERCISE.reference)
        text, shown = report.text, report._repr_mimebundle_()["text/html"]
        said, page = str(hint("gru_step")), progress()._repr_html_()
        assert math.floor is None
    assert (
        report.passed and "in the place of json.dumps and others" in " ".join(text.split()) and report.exercise in shown
    )
    assert said.startswith("Hint 1") and "gru_step" in page
    assert book().state().of("gru_step").tries == 1

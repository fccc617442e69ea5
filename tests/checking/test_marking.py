"""An exercise may count its cases in a way of its own, and a draw may say what to do about it."""

import numpy as np
import pytest

from coursekit.checking import Draw, Exercise, Mistake, Report, Tensor, Verdict, evaluate
from coursekit.checking.outcome import Case, Finding, FindingKind


def at_least_two(cases):
    return min(1.0, sum(case.credit for case in cases) / 2)


def doubled(x, times=(0, 1, 2)):
    """Twice x, but only for the draws whose number is in `times`; something else for the others."""
    return 2 * x if int(x.sum()) in times else -x


def exercise(marking=at_least_two):
    def draw(rng):
        for k in range(3):
            yield Draw(f"draw {k}", {"x": np.full(1, k + 0.3)}, advice=f"Look at {k}.")

    return Exercise(
        name="doubled",
        lesson="00",
        asks="Twice x.",
        reference=lambda x: 2 * x,
        returns=(Tensor("y", ("N",)),),
        draw=draw,
        mistakes=(Mistake("x itself", "Twice.", lambda x: x),),
        points=4,
        marking=marking,
    )


def test_enough_is_enough_and_what_failed_is_still_told():
    report = evaluate(exercise(), lambda x: doubled(x, (0, 2)))
    assert report.passed and report.score == 1.0 and report.points == 4
    assert "right on 2 of 3 public draws, which is enough" in report.text
    assert "draw 1" in report.text and "Look at 1." in report.text


@pytest.mark.parametrize(("times", "score"), [((0,), 0.5), ((), 0.0)])
def test_less_than_enough_counts_in_the_same_way(times, score):
    report = evaluate(exercise(), lambda x: doubled(x, times))
    assert not report.passed and report.score == score
    assert "Also not right: “draw 2”. Look at 2." in " ".join(report.text.split())


def test_without_a_marking_every_draw_counts():
    report = evaluate(exercise(marking=None), lambda x: doubled(x, (0, 2)))
    assert not report.passed and report.score == pytest.approx(2 / 3, abs=1e-4)


def test_bad_manners_cost_their_part_even_where_the_draws_are_enough():
    def changing(x):
        y = 2 * x
        x += 1
        return y

    report = evaluate(exercise(), changing)
    assert not report.passed and report.score == 0.75


def test_draws_with_the_same_advice_are_told_together():
    from dataclasses import replace

    same = replace(exercise(), draw=lambda rng: (Draw(d, {"x": np.ones(1)}, advice="Think.") for d in "abc"))
    text = " ".join(evaluate(same, lambda x: -x).text.split())
    assert "Also not right: “b”, “c”. Think." in text


def test_a_report_with_marks_survives_storage():
    report = evaluate(exercise(), lambda x: doubled(x, (0,)))
    again = Report.from_dict(report.to_dict())
    assert again.score == report.score == 0.5 and again.text == report.text


@pytest.mark.parametrize(
    ("score", "most", "shown"),
    [
        (0.8333, 5, "4.16 of 5 points"),
        (0.9993, 5, "4.99 of 5 points"),
        (1.0, 5, "5 of 5"),
        (0.29, 1, "0.29 of 1"),
    ],
)
def test_points_are_shown_as_anybody_reads_them(score, most, shown):
    wrong = Case("one", score, findings=(Finding(FindingKind.VALUE, "y"),))
    report = Report("doubled", Verdict.WRONG, (wrong,), 0, most, marks=score)
    assert f"[{shown}" in report.text and shown in report._repr_html_()

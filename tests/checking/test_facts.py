"""What happened is data: stored and read as such, told in words that nothing reads."""

import dataclasses
import json

import numpy as np
import pytest

from coursekit.checking import Draw, Exercise, Mistake, Report, Tensor, evaluate, facts, sentences
from coursekit.checking.changes import since, summary
from coursekit.checking.edit_words import edit_sentence
from coursekit.checking.facts import FailureKind
from coursekit.checking.outcome import CaseKind, Finding, FindingKind, Verdict

WHAT = (
    facts.Failure(FailureKind.RAISED, "ValueError", "no", "line 2 of f: raise ValueError('no')"),
    facts.NotRun(),
    facts.Unusable("is None"),
    facts.LowPrecision("float16"),
    facts.WrongCount(4, ("h",), (3,)),
    facts.WrongShape((4, 5), (5, 4), ("N", "H")),
    facts.NotFinite(2, 20, (0, 3)),
    facts.NotFinite(20, 20, (0, 0)),
    facts.EntriesDiffer(2, 20),
    facts.NumberDiffers(True),
    facts.NotWhole(3, 4, 0.25),
    facts.Randomness(False, True, "u"),
    facts.ChangedArguments(("x", "h")),
    facts.FloatEvent("overflow encountered in exp", "one step"),
    facts.ReturnedTwice(),
)
WHERE = (
    facts.Zero(),
    facts.Constant(0.5),
    facts.Integers(),
    facts.Indices(),
    facts.SameInEveryDraw(3),
    facts.OneMinus(),
    facts.SumsAlong(0, 1),
    facts.Transposed(),
    facts.OppositeSign(),
    facts.Scaled(2.5),
    facts.ScaledBySize("N", 4, divided=True),
    facts.WrongBlocks(("r",), ("z", "n")),
    facts.BlockOrder(("z", "r"), ("r", "z")),
    facts.WrongSteps((1, 2), 3),
    facts.ReversedSteps(),
    facts.ShiftedSteps(late=True),
    facts.NeverWritten(2, 12, (0, 3)),
    facts.NeverFilled(1, 12, (0, 0)),
    facts.WrongIndices(((0, "N", (1, 2)), (2, "H", (0,)))),
    facts.LargestError((0, 3), "r", 1),
    facts.FirstDifference((2,)),
    facts.SwappedAxes(),
    facts.NoTimeAxis("T"),
)
ALONG = (
    facts.RightValue(4, "r = sigmoid(a)", "", "r", "the reset gate r"),
    facts.FirstWrongValue(6, "n = np.tanh(b)", "cell", "n", ("the candidate n",), "times", "N"),
    facts.WrongFrom("t", (5, 4), 3),
    facts.Exchanged(5, "z = r", "", "z", "the reset gate r"),
    facts.Incomplete(3, "a"),
    facts.ReturnedElsewhere("dW_ih", 1, "db_hh", 3),
)
EDITS = tuple(facts.Edited(kind, "the candidate n", ("b_ih", "r")) for kind in facts.EditKind)
FACTS = (*WHAT, *WHERE, *ALONG, *EDITS, facts.Said("A sentence."))


def draw(rng):
    for T in (1, 3):
        yield Draw(f"T={T}", {"x": rng.standard_normal((2, T))}, {"N": 2, "T": T})


TOTAL = Exercise(
    name="total",
    lesson="test",
    asks="A running sum.",
    reference=lambda x: np.cumsum(x, axis=1),
    returns=(Tensor("y", ("N", "T"), sequence="T"),),
    draw=draw,
    mistakes=(Mistake("no sum", "Add.", lambda x: +x),),
)


def rude(x):
    """A known mistake with bad manners."""
    y = +x
    x += 1
    return y


STORED = {
    "exercise": "total",
    "verdict": "wrong",
    "cases": [
        {"name": "T=1", "credit": 1.0, "sizes": {"N": 2, "T": 1}, "right": ["y"], "findings": [], "advice": ""},
        {
            "name": "T=3",
            "credit": 0.0,
            "sizes": {"N": 2, "T": 3},
            "right": [],
            "findings": [
                {
                    "kind": "value",
                    "what": "y has the right shape and wrong numbers.",
                    "where": ["Right before t=1, wrong from t=1 on.", "Largest error at y[0, 2]."],
                    "tensor": "y",
                    "error": 0.3941041476463323,
                    "tolerance": 1e-07,
                }
            ],
            "advice": "",
        },
        {
            "name": "good manners",
            "credit": 0.0,
            "sizes": {},
            "right": [],
            "findings": [
                {
                    "kind": "changed",
                    "what": "total changes its argument x in place.",
                    "where": ["Whoever passed x still needs the old numbers."],
                    "tensor": "",
                    "error": None,
                    "tolerance": None,
                }
            ],
            "advice": "",
        },
    ],
    "seed": 0,
    "max_points": 2,
    "mistakes": [{"name": "no sum", "hint": "Add."}],
    "notes": [],
    "seconds": 0.1,
    "diagnoses": ["no sum"],
}
"""As a version stored it that knew findings as sentences."""


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.kind)
def test_every_edit_has_words_of_its_own(edit):
    told = [edit_sentence(edit), edit_sentence(dataclasses.replace(edit, part="", names=()))]
    assert all(words[0].isupper() or words[0] == "`" for words in told)
    assert all(words.endswith(".") for words in told)
    assert len({edit_sentence(dataclasses.replace(other, names=())) for other in EDITS}) == len(EDITS)


def test_these_are_all_the_facts():
    assert {type(fact) for fact in FACTS} == set(facts.data._KNOWN.values())


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_is_stored_and_read_again(fact):
    assert facts.from_data(json.loads(json.dumps(facts.to_data(fact)))) == fact


def test_every_fact_has_words_of_its_own():
    what = {sentences.what(Finding(FindingKind.VALUE, "h", fact), "gru_step") for fact in (None, *WHAT)}
    where = {sentences.place(fact, "h") for fact in WHERE}
    along = {sentences.along(fact) for fact in ALONG}
    assert len(along) == len(ALONG)
    assert len(what) == 1 + len(WHAT) and len(where) == len(WHERE)


def test_a_report_with_facts_survives_storage():
    report = evaluate(TOTAL, rude)
    again = Report.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again == report and again.text == report.text
    assert again.verdict is Verdict.WRONG and [case.kind for case in again.cases][-1] is CaseKind.CONDUCT


def test_a_report_that_holds_sentences_is_read_and_told():
    report = Report.from_dict(STORED)
    assert report.verdict is Verdict.WRONG and report.diagnoses == ("no sum",)
    assert [case.name for case in report.draws] == ["T=1", "T=3"] and report.cases[-1].kind is CaseKind.CONDUCT
    assert report.score == 0.3333
    text = " ".join(report.text.split())
    assert "y has the right shape and wrong numbers. Where Right before t=1, wrong from t=1 on. Largest" in text
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_a_draw_may_have_any_name():
    def one(rng):
        yield Draw("good manners", {"x": np.ones((2, 1))})

    exercise = Exercise("total", "test", "x", TOTAL.reference, TOTAL.returns, one)
    report = evaluate(exercise, lambda x: -x)
    assert len(report.draws) == 1 and not report.draws[0].passed
    assert Report.from_dict(report.to_dict()).draws == report.draws


def test_other_words_change_nothing_but_the_words(monkeypatch):
    plain = evaluate(TOTAL, lambda x: 2 * np.cumsum(x, axis=1))
    before, later = summary(plain), evaluate(TOTAL, rude)
    changes = since(before, later)
    told = len(later.text.splitlines())
    monkeypatch.setattr(sentences, "place", lambda fact, tensor: "Look here, t=7.")
    monkeypatch.setattr(sentences, "what", lambda finding, exercise: "It is wrong.")
    again = evaluate(TOTAL, rude)
    assert "Look here, t=7." in again.text and len(again.text.splitlines()) == told
    assert summary(again) == summary(later) and since(before, again) == changes
    assert since(summary(later), again)[0].startswith("The same numbers as last time")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: np.cumsum(x, axis=1), "What was wrong is right now."),
        (lambda x: 1 / 0, None),
        (rude, None),
    ],
)
def test_a_past_that_was_stored_in_sentences_is_used_as_far_as_it_goes(answer, said):
    place = "Right before t=1, wrong from t=1 on."
    wrong = {"y": {"kind": "value", "place": place, "error": 0.39}}
    past = {"verdict": "wrong", "seed": 0, "draws": [1, 2], "manners": [], "right": [], "wrong": wrong}
    past |= {"diagnoses": [], "digest": "7dcf90f792ac9f15"}
    assert since(past, evaluate(TOTAL, answer)) == ((said,) if said else ())

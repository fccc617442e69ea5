"""What is counted, and out of how many."""

import pytest

from coursekit.checking import registry
from coursekit.grading.report.data import Mark
from coursekit.grading.report.summary import UNNAMED, UNNAMED_ERROR, summarise
from coursekit.grading.report.words import count, listed, percent, seconds


def test_verdicts_and_shares_are_of_the_answers_that_were_checked(group):
    step, numbers, words = summarise(group).exercises
    assert step.verdicts == {"passed": 1, "wrong": 2, "timeout": 1} and step.undecided == 1
    assert numbers.verdicts == {"passed": 1, "wrong": 1, "not written": 1, "raised": 1}
    assert step.passed == numbers.passed == 1 / 4  # eve's notebook could not be read
    assert words.verdicts == {} and words.undecided == 2


def test_mean_points_are_of_what_is_decided(group):
    step, _, words = summarise(group).exercises
    assert step.mean_points == (4 + 1 + 1 + 0) / 4
    assert words.mean_points == 3


def test_mistakes_are_counted_with_their_makers_and_their_hint(group):
    step, numbers, _ = summarise(group).exercises
    [swapped] = step.mistakes
    assert swapped.students == ("bob", "cyd") and swapped.share == 2 / 4
    assert swapped.hint in {m.hint for m in registry.get("gru_step").mistakes}
    assert [(m.name, m.students, m.known) for m in numbers.mistakes] == [
        (UNNAMED_ERROR, ("dan",), False),
        (UNNAMED, ("bob",), False),
    ]


def test_an_answer_that_two_mistakes_explain_counts_for_both(make_class, make_student):
    both = Mark(0.0, verdict="wrong", diagnoses=("this", "that"))
    mistakes = summarise(make_class(make_student(step=both))).exercises[0].mistakes
    assert {m.name: m.share for m in mistakes} == {"this": 1.0, "that": 1.0}


def test_in_a_large_class_what_one_student_does_is_told_apart(make_class, make_student):
    lonely = [make_student("z", step=Mark(0.0, verdict="wrong", diagnoses=("alone",)))]
    shared = [make_student(f"s{k}", step=Mark(0.0, verdict="wrong", diagnoses=("shared",))) for k in range(12)]
    large = summarise(make_class(*shared, *lonely)).exercises[0]
    assert [m.name for m in large.common] == ["shared"] and [m.name for m in large.single] == ["alone"]
    small = summarise(make_class(*shared[:5], *lonely)).exercises[0]
    assert [m.name for m in small.common] == ["shared", "alone"] and small.single == ()


def test_scores_are_after_the_penalty_and_of_whom_something_is_decided(group):
    summary = summarise(group)
    assert summary.scores == (8.0, 4.0, 1.0, 2.0) and summary.median == 3.0
    assert summary.seconds == (1.0, 1.0, 40.0, 1.0)


def test_a_penalty_takes_no_more_than_there_is(make_student):
    assert make_student(penalty=100.0).points == 0


def test_the_hardest_exercise_is_the_one_that_fewest_pass(make_class, make_student):
    half = make_class(make_student("a"), make_student("b", count=Mark(0.0, verdict="wrong")))
    assert summarise(half).hardest.question.name == "gru_parameter_count"
    assert summarise(make_class(make_student())).hardest is None


def test_an_exercise_that_the_course_no_longer_has_keeps_its_mistakes(make_class, make_student, monkeypatch):
    monkeypatch.setattr(registry, "_exercises", {})
    monkeypatch.setattr(registry, "_entry_points", lambda: ())
    wrong = Mark(0.0, verdict="wrong", diagnoses=("an old mistake",))
    [mistake] = summarise(make_class(make_student(step=wrong))).exercises[0].mistakes
    assert (mistake.name, mistake.hint) == ("an old mistake", "")


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.001, "<1 %"), (0.366, "37 %"), (0.999, "99 %"), (1, "100 %")],
)
def test_percentages_never_say_none_or_all_wrongly(share, said):
    assert percent(share).replace("\xa0", " ") == said


def test_words():
    assert (count(1, "answer"), count(2, "answer")) == ("1 answer", "2 answers")
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("", "a", "a, b and c")
    assert listed("abcd", most=2) == "a, b and 2 more"
    assert [seconds(s) for s in (0.82, 12, 110, 180, 9000, 400_000)] == [
        "0.82 s",
        "12 s",
        "110 s",
        "3 min",
        "2.5 h",
        "4.6 days",
    ]

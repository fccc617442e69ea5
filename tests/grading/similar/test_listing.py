"""Who is listed: evidence against the frequency in the class, not against people."""

from __future__ import annotations

import itertools
import random

import pytest

from coursekit.checking import registry
from coursekit.grading.demo.copies import disguised
from coursekit.grading.run.along import digest, public_draws
from coursekit.grading.similar import Answer, pairs
from coursekit.grading.similar.slips import small_changes

USUAL = "def gru_step(x, h, params):\n    W, U, b, c = params\n    a = np.tanh(x @ W.T + b)\n    return a * h\n"
ODD = (
    "def gru_step(x, h, params):\n    W, U, b, c = params\n    total = np.einsum('nd,hd->nh', x, W[:5])\n"
    "    other = sum(h[:, k : k + 1] * U[:5, k] for k in range(5))\n"
    "    gate = 1 / (1 + np.exp(-total - other - c[:5]))\n"
    "    kept = np.where(gate > 0.5, h, total)\n    return np.clip(kept, -1, 1) * gate + 0.1\n"
)
OTHERWISE = ODD.replace("einsum('nd,hd->nh', x, W[:5])", "tensordot(x, W[5:10], (1, 1))").replace("0.1", "h.mean()")


def a_class(own: dict[str, str], size: int = 30, exercise: str = "gru_step", **more) -> list[Answer]:
    return [Answer(f"s{k:02}", exercise, own.get(f"s{k:02}", USUAL), **more) for k in range(size)]


def listed(answers, given=(), slips=lambda exercise: ()):
    return [pair.students for pair in pairs(answers, {"gru_step": given, "lstm_step": given}, slips).found]


def in_three(own: dict[str, str], size: int = 30) -> list[Answer]:
    """The same in three exercises."""
    return [answer for name in ("gru_step", "lstm_step", "rnn_step") for answer in a_class(own, size, name)]


def test_an_odd_answer_that_two_share_is_listed_and_the_usual_one_is_not():
    other = disguised(ODD, random.Random(1))
    assert listed(in_three({"s03": ODD, "s17": other})) == [("s03", "s17")]
    assert listed(in_three({"s03": ODD, "s17": USUAL})) == []


def test_one_exercise_is_not_enough():
    assert listed(a_class({"s03": ODD, "s17": ODD})) == []


def test_what_was_handed_out_counts_nothing():
    everywhere = {name: [ODD] for name in ("gru_step", "lstm_step", "rnn_step")}
    assert pairs(in_three({"s03": ODD, "s17": ODD}), everywhere, lambda exercise: ()).found == ()


def test_what_many_wrote_counts_nothing():
    many = {f"s{k:02}": ODD for k in range(0, 30, 3)}
    assert listed(in_three(many)) == []


def test_all_of_a_small_group_are_listed():
    three = {"s03": ODD, "s08": ODD, "s17": ODD}
    found = pairs(in_three(three), {}, lambda exercise: ())
    assert {each.alike for pair in found.found for each in pair.shared} <= {frozenset({who}) for who in three}
    assert len(found.found) == 3


def test_a_copy_with_a_line_or_two_of_its_own_is_listed_after_the_whole_one():
    assert listed(in_three({"s03": ODD, "s08": ODD, "s17": OTHERWISE}))[0] == ("s03", "s08")


def numbers(given: dict[str, str], size: int = 30, **more) -> list[Answer]:
    code = (USUAL.replace("a * h", f"a * h * {k}") for k in itertools.count(2))
    return [Answer(f"s{k:02}", "gru_step", next(code), numbers=given.get(f"s{k:02}", ""), **more) for k in range(size)]


def test_wrong_numbers_that_no_small_slip_gives_count_more():
    same = {"s03": "abc", "s17": "abc", "s20": "other"}
    [odd] = [pair for pair in pairs(numbers(same), {}, lambda exercise: ()).found] or [None]
    everything = pairs(numbers(same), {}, lambda exercise: {"abc"}).found
    assert everything == () and odd is None or odd.students == ("s03", "s17")


@pytest.mark.parametrize("named", [True, False])
def test_numbers_of_a_known_mistake_are_no_evidence(named):
    more = {"diagnoses": ("a missing bias b_hh",)} if named else {}
    twice = numbers({"s03": "abc", "s17": "abc"}, **more) + [
        Answer(a.student, "lstm_step", a.source, a.diagnoses, a.numbers)
        for a in numbers({"s03": "def", "s17": "def"}, **more)
    ]
    assert listed(twice) == ([] if named else [("s03", "s17")])


def test_a_small_change_of_the_right_answer_is_known_by_its_numbers():
    exercise = registry.get("gru_step")
    draw, want = public_draws("gru_step")[0]
    swapped = exercise.mistakes[0].implement
    args = {name: value for name, value in draw.args.items()}
    got = {"h": swapped(**args)}
    assert digest(got, want) in small_changes("gru_step")
    assert digest({"h": got["h"] * 1.37 + 0.2}, want) not in small_changes("gru_step")


def test_the_order_of_students_changes_nothing():
    made = in_three({"s03": ODD, "s17": ODD, "s20": OTHERWISE})
    again = list(made)
    random.Random(3).shuffle(again)
    assert pairs(made, {}, lambda exercise: ()) == pairs(again, {}, lambda exercise: ())


def test_a_class_of_one_and_of_none_has_no_pairs():
    assert listed([]) == [] and listed(a_class({}, 1)) == []

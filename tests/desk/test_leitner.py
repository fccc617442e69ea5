"""Which exercise is asked about again, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from coursekit.desk import leitner
from coursekit.desk.leitner import DAYS, Card
from coursekit.desk.quizzes import Asked, Said, review
from coursekit.desk.state import State

FIRST = date(2027, 3, 1)


def noon(day: date) -> str:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).isoformat()


def passed(exercise: str, day: date) -> dict:
    return {"kind": "check", "exercise": exercise, "passed": True, "score": 1.0, "verdict": "passed", "at": noon(day)}


def answered(exercise: str, number: int, right: bool, day: date) -> dict:
    told = {"exercise": exercise, "number": number, "answer": "A", "right": right}
    return {"kind": "quiz", **told, "at": noon(day)}


def state(*records: dict) -> State:
    made = State()
    for record in records:
        made.read(record)
    return made


def test_right_answers_move_on_box_by_box_to_the_last():
    [card] = leitner.cards(state(passed("gru_step", FIRST)))
    assert card == Card("gru_step", 1, FIRST + timedelta(days=1))
    records, day = [passed("gru_step", FIRST)], card.due
    for number in range(1, 7):
        records.append(answered("gru_step", number, True, day))
        [card] = leitner.cards(state(*records))
        assert card.box == min(number + 1, 5) and card.due == day + timedelta(days=DAYS[card.box - 1])
        day = card.due


def test_a_wrong_answer_goes_back_to_the_first_box_and_practice_before_its_day_moves_nothing():
    card = Card("gru_step", 4, FIRST)
    assert card.after(FIRST, right=False) == Card("gru_step", 1, FIRST + timedelta(days=1))
    assert card.after(FIRST - timedelta(days=3), right=True) == card
    assert card.after(FIRST - timedelta(days=3), right=False).box == 1
    assert card.after(FIRST + timedelta(days=9), right=True).due == FIRST + timedelta(days=9 + DAYS[4])


def test_what_is_not_solved_or_was_practised_before_is_not_counted():
    unsolved = answered("lstm_step", 1, True, FIRST)
    before = answered("gru_step", 1, False, FIRST - timedelta(days=5))
    assert leitner.cards(state(unsolved)) == []
    [card] = leitner.cards(state(before, passed("gru_step", FIRST), passed("gru_step", FIRST + timedelta(days=2))))
    assert card.due == FIRST + timedelta(days=1)  # the first time that it passed


@pytest.mark.parametrize("at", ["yesterday", "", None, 5, "9999-12-31T23:59:59+00:00"])
def test_what_has_no_day_is_not_due_until_it_passes_on_one(at):
    odd = passed("gru_step", FIRST) | {"at": at}
    assert leitner.cards(state(odd, answered("gru_step", 1, True, FIRST) | {"at": at})) == []
    assert state(odd).of("gru_step").passed == 1
    [card] = leitner.cards(state(odd, passed("gru_step", FIRST)))
    assert card.due == FIRST + timedelta(days=1)


def test_what_is_due_first_stands_first():
    made = state(passed("gru_step", FIRST), passed("lstm_step", FIRST - timedelta(days=1)))
    every = leitner.cards(made)
    assert [card.exercise for card in every] == ["lstm_step", "gru_step"]
    assert [card.exercise for card in leitner.due(every, FIRST)] == ["lstm_step"]


@pytest.mark.parametrize(
    ("days", "said"), [(-3, "today"), (0, "today"), (1, "tomorrow"), (2, "on Wednesday, 3 March"), (8, "on Tuesday, 9")]
)
def test_a_day_is_said_as_people_say_it(days, said):
    assert leitner.when(FIRST + timedelta(days=days), FIRST).startswith(said)


class Known:
    """A book whose state is given."""

    def __init__(self, made: State) -> None:
        self._state = made

    def state(self) -> State:
        return self._state

    def learner(self) -> str:
        return "somebody"

    class journal:
        troubles = staticmethod(list)


def test_quiz_without_a_name_asks_what_is_due_or_says_when_something_is():
    known = Known(state(passed("gru_step", FIRST)))
    shown = review(known, FIRST)
    assert isinstance(shown, Said) and str(shown).endswith("about gru_step, tomorrow.")
    assert isinstance(review(known, FIRST + timedelta(days=1)), Asked)
    assert "nothing to review yet" in str(review(Known(state()), FIRST))


def test_an_exercise_that_is_gone_is_passed_over():
    known = Known(state(passed("of_another_version", FIRST), passed("gru_step", FIRST)))
    assert review(known, FIRST + timedelta(days=1)).item.exercise == "gru_step"

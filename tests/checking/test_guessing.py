"""What a guess gets right earns nothing, all that is right earns everything, and a part is worth its part."""

import numpy as np
import pytest

from coursekit.checking import Draw, Exercise, Report, Tensor, evaluate
from coursekit.checking.guessing import beyond_guessing, guessed_share


def exercise(reference, returns, *arguments):
    def draw(rng):
        for k, args in enumerate(arguments):
            yield Draw(f"draw {k}", args)

    return Exercise("some", "00", "Something.", reference, returns, draw)


def guessed(asked):
    draws = asked.draws(0)
    return guessed_share(asked, draws, [{"y": np.asarray(asked.call(asked.reference, draw.args))} for draw in draws])


@pytest.mark.parametrize(("share", "score"), [(0, 0), (0.2, 0), (0.5, 0), (0.75, 0.5), (1, 1)])
def test_the_score_is_what_is_right_beyond_a_guess(share, score):
    assert beyond_guessing(share, 0.5) == score


def test_where_nothing_can_be_guessed_nothing_is_taken():
    assert beyond_guessing(0.3, 0.0) == 0.3


def test_where_the_arguments_are_the_answer_nothing_is_taken_either():
    assert beyond_guessing(0.5, 1.0) == 0.5


Y = (Tensor("y", ("N",)),)
A, B = np.array([0.3, 0.7]), np.array([1.2, -0.4])


@pytest.mark.parametrize(
    ("asked", "share"),
    [
        (exercise(lambda x: 2.3 * x, Y, {"x": A}, {"x": B}), 0.0),
        (exercise(lambda x: np.maximum(x, 3.0), Y, {"x": A}, {"x": 9 * B}), 0.5),
        (exercise(lambda x: np.abs(x), Y, {"x": A}, {"x": B}), 0.5),
        (exercise(lambda x: np.abs(x) + 0.1, Y, {"x": B}, {"x": -B}, {"x": A}), 1 / 3),
    ],
    ids=["none", "a constant", "the argument", "the answer to another draw"],
)
def test_each_guess_counts_the_draws_in_which_it_is_right(asked, share):
    assert guessed(asked) == pytest.approx(share)


def test_a_part_that_no_guess_gets_right_keeps_its_worth():
    pair = exercise(lambda x: (x, 2.3 * x), (Tensor("same", ("N",)), Tensor("more", ("N",))), {"x": A}, {"x": B})
    assert evaluate(pair, lambda x: (+x, x)).score == 0.0
    assert evaluate(pair, lambda x: (+x, 2.3 * x if x[0] < 1 else x)).score == 0.5
    assert evaluate(pair, lambda x: (+x, 2.3 * x)).score == 1.0


def test_bad_manners_cost_their_part_of_what_is_left_and_the_report_survives_storage():
    def rude(x):
        y = 2.3 * x if x[0] < 1 else -x
        x += 1
        return y

    report = evaluate(exercise(lambda x: 2.3 * x, Y, {"x": A}, {"x": B}), rude)
    assert report.score == pytest.approx(0.5 * 2 / 3, abs=1e-4)
    assert Report.from_dict(report.to_dict()).score == report.score

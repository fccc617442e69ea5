"""Every exercise that is registered, held to the same rules: a new exercise is tested without a new test."""

import numpy as np
import pytest

from coursekit.checking import evaluate, matrix, registry

EXERCISES = list(registry.every())
the_first_seed_and_the_others = pytest.mark.parametrize(
    "seeds", [range(1), pytest.param(range(1, 20), marks=pytest.mark.slow)], ids=["the first", "19 others"]
)
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


@the_first_seed_and_the_others
@every_exercise
def test_the_reference_is_accepted_on_every_seed(exercise, seeds):
    for seed in seeds:
        report = evaluate(exercise, exercise.reference, seed)
        assert report.passed and report.score == 1.0, report.text


@the_first_seed_and_the_others
@every_exercise
def test_every_mistake_is_caught_and_told_apart_on_every_seed(exercise, seeds):
    holes = [row for row in matrix.rows(exercise, seeds) if row.hole]
    assert not holes


@the_first_seed_and_the_others
@every_exercise
def test_guesses_earn_next_to_nothing_and_spoilt_answers_never_pass(exercise, seeds):
    holes = [mutant for mutant in matrix.mutant_rows(exercise, seeds) if mutant.hole]
    assert not holes


@every_exercise
def test_an_exercise_knows_its_mistakes_and_has_hints(exercise):
    assert exercise.mistakes, "an exercise without known mistakes cannot explain a wrong answer"
    assert len(exercise.hints) >= 2
    assert exercise.points > 0
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(set(names)) == len(names)
    for mistake in exercise.mistakes:
        assert mistake.hint.strip().endswith((".", "?", "`")), mistake.name


@every_exercise
def test_a_stub_is_not_written_yet_and_earns_nothing(exercise):
    def stub(*args, **kwargs):
        raise NotImplementedError()

    report = evaluate(exercise, stub)
    assert report.verdict == "not written"
    assert report.score == 0.0
    assert "not written yet" in report.text


@every_exercise
def test_an_answer_that_returns_nothing_earns_nothing(exercise):
    report = evaluate(exercise, lambda *args, **kwargs: None)
    assert not report.passed
    assert report.score == 0.0


@every_exercise
def test_draws_are_the_same_for_one_seed_and_differ_between_seeds(exercise):
    from coursekit.checking import trees

    first, again, other = (exercise.draws(seed) for seed in (0, 0, 1))
    assert all(trees.same(a.args, b.args) for a, b in zip(first, again, strict=True))
    arrays = [a for draw in first for a in trees.arrays(draw.args)]
    if any(np.asarray(a).dtype.kind == "f" for a in arrays):
        assert not all(trees.same(a.args, b.args) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if any(t.sequence for t in e.returns)], ids=lambda e: e.name)
def test_no_draw_has_as_many_steps_as_sequences(exercise):
    """A list of lists could be one for each step, or the array written out: where both are as long, nobody can tell."""
    for draw in exercise.draws(0):
        value = exercise.call(exercise.reference, draw.args)
        parts = (value,) if len(exercise.returns) == 1 else value
        for tensor, part in zip(exercise.returns, parts, strict=True):
            place = tensor.axes.index(tensor.sequence) if tensor.sequence else 0
            assert not place or part.shape[0] != part.shape[place], draw.name


def test_the_matrix_command_prints_a_row_for_every_mistake(capsys):
    assert matrix.main(["--seeds", "2", "--lesson", "05"]) == 0
    printed = capsys.readouterr().out
    for exercise in EXERCISES:
        if exercise.lesson.startswith("05"):
            assert all(mistake.name in printed for mistake in exercise.mistakes)
    assert printed.rstrip().endswith("0 holes")


def test_an_unknown_name_says_which_names_are_near():
    with pytest.raises(registry.UnknownExercise, match="Did you mean gru_step"):
        registry.get("gru_stp")

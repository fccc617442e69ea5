"""The kill matrix on exercises that have each kind of hole."""

import dataclasses

import numpy as np
import pytest

from coursekit.checking import Draw, Exercise, Mistake, Tensor, evaluate, matrix, registry


def draw(rng):
    yield Draw("small", {"x": rng.uniform(1, 2, 3)})
    yield Draw("larger", {"x": rng.uniform(1, 2, 5)})


def negative(x):
    return -x


def exercise(*wrong):
    mistakes = tuple(Mistake(f"mistake {k}", "Look.", answer) for k, answer in enumerate(wrong))
    return Exercise("twice", "99_none", "Twice x.", lambda x: 2 * x, (Tensor("y", ("N",)),), draw, mistakes)


def shared(memory={}):  # noqa: B006
    def answer(x):
        out = memory.setdefault("y", np.empty(5))[: len(x)]
        out[...] = 2 * x
        return out

    return answer


def random(rng=np.random.default_rng(0)):  # noqa: B008
    return lambda x: x + rng.uniform(size=len(x))


@pytest.mark.parametrize(
    ("wrong", "caught", "told_apart", "same"),
    [
        ((negative, np.square), 3, 3, ()),
        ((negative, lambda x: x - 2 * x), 3, 0, ("mistake 1",)),
        ((lambda x: x + x, negative), 0, 0, ()),
        ((shared(), negative), 3, 0, ("the right answer",)),
        ((random(), negative), 3, 0, ()),
    ],
    ids=["none", "a twin", "it is right", "its numbers are right", "it never does the same"],
)
def test_a_row_says_what_was_caught_and_told_apart(wrong, caught, told_apart, same):
    row = next(iter(matrix.rows(exercise(*wrong), range(3))))
    assert (row.caught, row.told_apart, row.same) == (caught, told_apart, same)
    assert row.hole == (min(caught, told_apart) < 3)


def test_two_mistakes_that_only_some_seeds_tell_apart_are_a_hole():
    def sometimes(x):
        return -x if x[0] < 1.5 else x * 0

    row = next(iter(matrix.rows(exercise(negative, sometimes), range(8))))
    assert row.caught == 8 and 0 < row.told_apart < 8 and row.hole


def test_the_command_fails_for_a_hole_and_says_which_mistakes_are_the_same(monkeypatch, capsys):
    twins = exercise(negative, lambda x: 0 - x)
    monkeypatch.setattr(registry, "every", lambda: iter([twins]))
    assert matrix.main(["--seeds", "2"]) == 1
    printed = capsys.readouterr().out
    assert "HOLE caught 2/2  told apart 0/2  mistake 0  [same numbers: mistake 1]" in printed
    assert printed.rstrip().endswith("1 exercises, 2 mistakes, on 2 of 2 seeds: 2 caught, 0 told apart; 2 holes")
    monkeypatch.setattr(registry, "every", lambda: iter([dataclasses.replace(twins, mistakes=twins.mistakes[:1])]))
    assert matrix.main(["--seeds", "2"]) == 0


def only(name, tried):
    (found,) = [mutant for mutant in tried if mutant.name == name]
    return found


def test_a_guess_that_earns_something_is_a_hole():
    """With a marking of its own an exercise has to see to it itself; the default is corrected."""
    half = Exercise("sum", "99_none", "A sum.", lambda x: x.sum(), (Tensor("y"),), draw)
    half = dataclasses.replace(half, reference=lambda x: float(len(x) > 3))
    generous = dataclasses.replace(half, marking=lambda cases: sum(case.credit for case in cases) / len(cases))
    zeros = "0 everywhere"
    assert only(zeros, matrix.mutant_rows(half, range(2))).most == 0
    found = only(zeros, matrix.mutant_rows(generous, range(2)))
    assert found.hole and found.most == 0.5 and found.passed == 0


def test_a_spoilt_answer_that_passes_on_some_seeds_is_a_hole():
    def sometimes(rng):
        yield Draw("rows", {"x": rng.uniform(1, 2, (rng.integers(1, 3), 5))})

    last = Exercise("rows", "99_none", "Twice x.", lambda x: 2 * x, (Tensor("y", ("N", "H")),), sometimes)
    found = only("np.squeeze of every array", matrix.mutant_rows(last, range(8)))
    assert 0 < found.passed < 8 and found.hole
    fixed = dataclasses.replace(last, draw=lambda rng: iter([Draw("one row", {"x": rng.uniform(1, 2, (1, 5))})]))
    assert not only("np.squeeze of every array", matrix.mutant_rows(fixed, range(8))).hole


def test_the_command_fails_for_a_guess_and_says_which(monkeypatch, capsys):
    def clock(x):
        return 1.0

    same = Exercise("one", "99_none", "One.", clock, (Tensor("y"),), draw, (Mistake("two", "One.", lambda x: 2.0),))
    monkeypatch.setattr(registry, "every", lambda: iter([same]))
    assert matrix.main(["--seeds", "1"]) == 1
    with pytest.raises(SystemExit, match="2"):
        matrix.main(["--seeds", "1", "--lesson", "of nobody"])  # "0 holes" would be no news
    assert "HOLE" in (printed := capsys.readouterr().out) and "1 everywhere: passed 1/1, earns up to 100%" in printed


def test_a_learner_is_told_of_all_mistakes_that_these_draws_do_not_tell_apart():
    text = " ".join(evaluate(exercise(negative, lambda x: 0 - x), negative).text.split())
    assert "on these draws they cannot be told apart: mistake 0; or mistake 1." in text

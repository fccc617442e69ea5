"""What is kept of the draws of a seed: a second check calls nothing but the answer, and nothing of one check shows in
another."""

import dataclasses

import numpy as np
import pytest

from coursekit.checking import Draw, Exercise, Mistake, Tensor, evaluate
from coursekit.checking.drawn import drawn
from coursekit.checking.facts import Failure, FailureKind


def draw(rng):
    yield Draw("small", {"x": rng.uniform(1, 2, 3)})
    yield Draw("larger", {"x": rng.uniform(1, 2, 5)})


def opposite(x):
    return -x


@pytest.fixture
def called():
    return []


@pytest.fixture
def exercise(called):
    def reference(x):
        called.append("right")
        return 2 * x

    def negative(x):
        called.append("mistake")
        return -x

    mistakes = (Mistake("the opposite", "Look.", negative),)
    return Exercise("twice", "99_none", "Twice x.", reference, (Tensor("y", ("N",)),), draw, mistakes)


def test_a_second_check_calls_the_answer_alone(exercise, called):
    first = evaluate(exercise, opposite, search=0)
    assert first.diagnoses == ("the opposite",) and {"right", "mistake"} == set(called)
    called.clear()
    again = evaluate(exercise, opposite, search=0)
    assert again.text == first.text and not called
    assert evaluate(exercise, lambda x: 2 * x, search=0).passed and not called
    evaluate(exercise, lambda x: 2 * x, 1, search=0)
    assert called == ["right", "right"]


def test_another_exercise_of_the_same_name_is_another_exercise(exercise):
    assert evaluate(exercise, lambda x: 2 * x).passed
    other = dataclasses.replace(exercise, reference=lambda x: 3 * x)
    assert not evaluate(other, lambda x: 2 * x).passed and evaluate(other, lambda x: 3 * x).passed
    strict = dataclasses.replace(exercise, strict=True)
    assert not evaluate(strict, lambda x: 2 * x + 1e-6).passed
    assert evaluate(exercise, lambda x: 2 * x + 1e-6).passed


def test_what_a_learner_does_with_an_example_or_a_result_stays_with_the_learner(exercise):
    report = evaluate(exercise, lambda x: -x)
    for array in (*report.example.expected.values(), *report.example.inputs.values()):
        array *= 0
    assert evaluate(exercise, lambda x: 2 * x).passed
    with pytest.raises(ValueError, match="read-only"):
        drawn(exercise, 0).expected[0]["y"][0] = 1


def test_a_right_answer_that_hands_on_one_buffer_or_its_argument_is_kept_as_it_was():
    buffer = np.empty(5)

    def reference(x):
        buffer[: len(x)] = 2 * x
        return buffer[: len(x)]

    one = Exercise("twice", "99_none", "Twice x.", reference, (Tensor("y", ("N",)),), draw)
    for seed in (0, 1, 0):
        assert evaluate(one, lambda x: 2 * x, seed).passed
    same = dataclasses.replace(one, reference=lambda x: x)
    assert evaluate(same, lambda x: np.add(x, 0, out=x * 0)).passed


def test_what_an_exercise_goes_on_using_is_kept_as_it_was(exercise):
    x, sizes = np.array([1.0, 2.0]), {"N": 2}
    shared = dataclasses.replace(exercise, draw=lambda rng: iter([Draw("one", {"x": x}, sizes)]))
    before = evaluate(shared, opposite)
    x *= 0
    sizes["N"] = 7
    again = evaluate(shared, opposite)
    assert again.text == before.text and again.failed.sizes == {"N": 2}


def test_a_mistake_that_fills_one_buffer_is_known_by_what_it_gave_each_time(exercise):
    buffer = np.empty(5)

    def fill(x):
        buffer[: len(x)] = -x
        return buffer[: len(x)]

    one = dataclasses.replace(exercise, mistakes=(Mistake("one buffer", "Look.", fill),))
    for _ in range(2):
        assert evaluate(one, lambda x: -x).diagnoses == ("one buffer",)


def test_random_numbers_are_the_same_in_the_first_check_and_in_the_next(exercise):
    def reference(x):
        np.random.rand()
        return 2 * x

    drawing = dataclasses.replace(exercise, reference=reference)
    got = [evaluate(drawing, lambda x: x + np.random.rand(len(x)), search=0).example.got["y"] for _ in range(2)]
    assert np.array_equal(*got)


def test_a_mistake_that_was_too_slow_once_is_tried_again(exercise, monkeypatch):
    from coursekit.checking import drawn as module

    call = module.call_here

    def slow(*args, **more):
        return dataclasses.replace(call(*args, **more), failure=Failure(FailureKind.TIMEOUT, "timeout", "too slow"))

    monkeypatch.setattr(module, "call_here", slow)
    assert evaluate(exercise, lambda x: -x).diagnoses == ()
    monkeypatch.setattr(module, "call_here", call)
    assert evaluate(exercise, lambda x: -x).diagnoses == ("the opposite",)


def test_what_pytorch_makes_by_default_is_what_it_makes_now(exercise):
    torch = pytest.importorskip("torch")
    thirds = dataclasses.replace(exercise, reference=lambda x: (torch.ones(len(x)) / 3).numpy(), strict=True)
    try:
        for kind in (torch.float32, torch.float64):
            torch.set_default_dtype(kind)
            [want] = {array.dtype for each in drawn(thirds, 0).expected for array in each.values()}
            assert want == str(kind).removeprefix("torch.")
    finally:
        torch.set_default_dtype(torch.float32)


class Times:
    """As a teacher may write one: equal where the factor is, so without a hash."""

    def __init__(self, factor):
        self.factor = factor

    def __eq__(self, other):
        return isinstance(other, Times)

    def __call__(self, x):
        return self.factor * x


def test_right_answers_and_mistakes_may_be_objects_and_axes_a_list(exercise):
    mistakes = (Mistake("three times", "Look.", Times(3)), Mistake("four times", "Look.", Times(4)))
    own = dataclasses.replace(exercise, reference=Times(2), returns=(Tensor("y", ["N"]),), mistakes=mistakes)
    assert evaluate(own, lambda x: 2 * x).passed
    for factor, name in ((3, "three times"), (4, "four times")):
        assert evaluate(own, lambda x, factor=factor: factor * x).diagnoses == (name,)
    assert evaluate(own, lambda x: 5 * x + 1).diagnoses == ()
    assert evaluate(dataclasses.replace(own, reference=Times(5)), lambda x: 5 * x).passed


def test_what_is_typed_in_a_notebook_means_what_it_means_now(exercise):
    factor = [2]

    def reference(x):
        return factor[0] * x

    reference.__module__ = "__main__"
    typed = dataclasses.replace(exercise, reference=reference)
    assert evaluate(typed, lambda x: 2 * x).passed
    factor[0] = 3
    assert evaluate(typed, lambda x: 3 * x).passed


def test_as_much_is_kept_as_a_lesson_needs(exercise, called):
    for seed in range(40):
        drawn(exercise, seed)
    called.clear()
    drawn(exercise, 39)
    assert not called
    drawn(exercise, 0)
    assert called

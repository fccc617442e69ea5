"""Answers that are odd rather than nearly right: what the report calls them, and that no name is false."""

import dataclasses
import types

import numpy as np
import pytest

from coursekit.checking import evaluate, registry

EXERCISES = list(registry.every())
REFERENCE = {exercise.name: exercise.reference for exercise in EXERCISES}


def said(exercise, answer):
    report = evaluate(exercise, answer)
    assert not report.passed, report.text
    return " ".join(report.text.split())


def changed(exercise, change):
    return lambda *args: change(REFERENCE[exercise](*args))


def only_first(gradient):
    new = np.zeros_like(gradient)
    new.flat[0] = gradient.flat[0]
    return new


def over_axis_0(x):
    e = np.exp(x - x.max(axis=0))
    return e / e.sum(axis=0)


def random_ids(params, W_out, b_out, start_ids, u, temperature):
    return np.random.default_rng().integers(0, 5, len(u))


def seeded_chord(logits, u, temperature, voices):
    np.random.seed(0)
    return (np.random.rand(len(logits)) < 0.5).astype(int)


ODD = {
    "1 minus": (
        "step_jacobian",
        changed("step_jacobian", lambda J: 1 - J),
        "Every number is 1 minus the expected one.",
    ),
    "complex": ("orthogonal", changed("orthogonal", lambda Q: Q + 0j), "complex numbers, which is not a real number"),
    "a complex number": ("relative_error", lambda a, b: 1j, "a complex number, which is not a real number"),
    "random": (
        "sample_text",
        random_ids,
        "It draws random numbers itself, with `np.random` or the like: take them from",
    ),
    "seeded": (
        "draw_chord",
        seeded_chord,
        "draw_chord draws random numbers of its own, with `np.random` or the like. Take what",
    ),
    "an early return": (
        "numerical_gradient",
        changed("numerical_gradient", only_first),
        "Only the entry at [0, 0] is right, and all others are zero",
    ),
    "swapped outputs": (
        "lstm_step",
        changed("lstm_step", lambda both: both[::-1]),
        "What you return first, as h, is what belongs second: c.",
    ),
    "swapped outputs of other shapes": (
        "lm_loss",
        changed("lm_loss", lambda both: both[::-1]),
        "What you return second, as dlogits, is what belongs first: loss.",
    ),
    "swapped single numbers": (
        "wilson_interval",
        changed("wilson_interval", lambda both: both[::-1]),
        "What you return first, as low, is what belongs second: high.",
    ),
    "a fraction": (
        "gru_parameter_count",
        changed("gru_parameter_count", lambda n: n + 0.5),
        "which is no whole number; one is asked for",
    ),
    "values for indices": (
        "sample_text",
        changed("sample_text", lambda ids: ids / 7),
        "entries that are no whole numbers, such as",
    ),
    "indices for values": (
        "softmax",
        lambda x: np.argsort(x, axis=-1),
        "Every number is a whole one, as indices are",
    ),
    "the wrong axis": ("softmax", over_axis_0, "sum to 1"),
    "one axis for all": ("softmax", lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum(), "All entries together"),
    "True always": ("write_check", lambda candidate: True, "It is True in every draw, whatever is given."),
    "False always": ("write_check", lambda candidate: False, "It is False in every draw, whatever is given."),
    "a constant count": ("gru_parameter_count", lambda D, H: 3, "It is 3 in every draw, whatever is given."),
    "one of the two": (
        "lm_loss",
        lambda *args: REFERENCE["lm_loss"](*args)[0],
        "loss, dlogits. It is loss, and right.",
    ),
    "one of the two in a dict": (
        "lstm_step",
        changed("lstm_step", lambda both: {"h": both[0]}),
        "What is returned has no c; asked for are h, c. Its h is right.",
    ),
    "five of six": (
        "rnn_step_backward",
        changed("rnn_step_backward", lambda six: six[:5]),
        "dx, dh_prev, dW_ih, dW_hh and db_ih are right.",
    ),
    "some in a list of their own": (
        "rnn_step_backward",
        changed("rnn_step_backward", lambda six: (*six[:2], list(six[2:]))),
        "All are there and right, some in a list or tuple of their own: return one after the other.",
    ),
    "all in one list": (
        "lstm_step",
        changed("lstm_step", lambda both: [both]),
        "1 value came back, 2 are asked for: h and c. It holds all that is asked for: return what stands in it.",
    ),
    "a dict for one array": (
        "gru_step",
        changed("gru_step", lambda h: {"h_new": h}),
        "What is returned has no h; h is asked for by itself.",
    ),
    "the norm first": (
        "clip_by_global_norm",
        changed("clip_by_global_norm", lambda both: both[::-1]),
        "a tuple of a number and a list; asked for is the pair (list of gradients, norm).",
    ),
    "gradients and norm by other names": (
        "clip_by_global_norm",
        changed("clip_by_global_norm", lambda both: {"grads": both[0], "norm": both[1]}),
        "returned values by the names grads and norm; asked for is the pair (list of gradients, norm).",
    ),
    "a step of training by other names": (
        "train_step",
        changed("train_step", lambda three: {"weights": three[0], "grads": three[1], "loss": three[2]}),
        "returned values by the names weights, grads and loss; asked for is the triple (weights, gradients, loss).",
    ),
    "weights by other names": (
        "init_lstm",
        changed("init_lstm", lambda params: {"W": params[0], "U": params[1], "b": params[2] + params[3]}),
        "returned values by the names W, U and b; asked for are the four arrays W_ih, W_hh, b_ih, b_hh.",
    ),
    "an empty dict": (
        "init_lstm",
        lambda *args: {},
        "returned a dict with no names; asked for are the four arrays",
    ),
    "the state inside of a pair, as Keras returns it": (
        "lstm_step",
        changed("lstm_step", lambda both: (both[0], both)),
        "The returned c is a tuple of an array and an array; one array is asked for.",
    ),
    "weights alone": (
        "train_step",
        changed("train_step", lambda three: three[0]),
        "a list of 6 times an array; asked for are three values, (weights, gradients, loss).",
    ),
    "biases alone": (
        "init_lstm",
        changed("init_lstm", lambda params: params[2:]),
        "asked for are four arrays, W_ih, W_hh, b_ih, b_hh.",
    ),
    "a bias that is None": (
        "init_lstm",
        changed("init_lstm", lambda params: (*params[:3], None)),
        "The returned b_ih + b_hh is a sum of which one part is None. Right: W_ih, W_hh.",
    ),
    "a text in the words of a report": (
        "clip_by_global_norm",
        lambda *args: "nothing; asked for is a pair",
        "The function returned a str; asked for are 5 values",
    ),
    "losses as texts": (
        "fit",
        changed("fit", lambda both: ([str(loss) for loss in both[0]], both[1])),
        "asked for are two lists of numbers, one for each epoch",
    ),
    "a batch that is no pair": (
        "shuffled_batches",
        changed("shuffled_batches", lambda batches: [batch[0] for batch in batches]),
        "is no pair of arrays; asked for is a list of batches, (inputs, targets) each.",
    ),
    "a wrong shape without names of axes": (
        "train_step",
        changed("train_step", lambda three: ([w.T for w in three[0]], *three[1:])),
        "W_ih has the wrong shape: expected (15, 3), got (3, 15).",
    ),
    "a wrong shape of any shape": (
        "sigmoid",
        changed("sigmoid", lambda s: s[0]),
        "sigmoid(x) has the wrong shape: expected (4, 3), got (3,).",
    ),
    "one thing of several results": (
        "rnn_step_backward",
        changed("rnn_step_backward", lambda six: (*six[:2], *(g / 2 for g in six[2:]))),
        "Where dW_ih, dW_hh, db_ih and db_hh: Every number is 0.5 times the expected one.",
    ),
    "a place in one of several wrong results": (
        "lm_loss",
        lambda logits, targets, mask: (0.3, np.zeros_like(logits)),
        "loss: It is 0.3 in every draw, whatever is given. dlogits: It is zero everywhere.",
    ),
    "all results in reverse order": (
        "rnn_step_backward",
        changed("rnn_step_backward", lambda six: six[::-1]),
        "What you return first, as dx, is what belongs sixth: db_hh. What you return second, as dh_prev, is what "
        "belongs fifth: db_ih.",
    ),
    "half of the expected where an axis has two entries": (
        "scaled_error",
        changed("scaled_error", lambda error: error / 2),
        "Every number is 0.5 times the expected one.",
    ),
    "a mean where a sum belongs": (
        "rnn_step_backward",
        lambda dh, cache: (
            *REFERENCE["rnn_step_backward"](dh, cache)[:2],
            *(g / len(dh) for g in REFERENCE["rnn_step_backward"](dh, cache)[2:]),
        ),
        "Every number is exactly 1/4 of the expected one, and N = 4 here: a mean where a sum belongs?",
    ),
    "NaN for a count": ("gru_parameter_count", lambda D, H: np.nan, "count is NaN or infinite."),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_is_said_in_words(odd):
    exercise, answer, sentence = ODD[odd]
    assert sentence in said(exercise, answer)


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.apply is None], ids=lambda e: e.name)
def test_an_array_written_out_as_lists_is_as_right_as_the_array(exercise):
    def written_out(right):
        parts = right if isinstance(right, tuple) else (right,)
        lists = tuple(np.asarray(part).tolist() for part in parts)
        return lists if len(exercise.returns) > 1 else lists[0]

    report = evaluate(exercise, changed(exercise.name, written_out), along=False, search=0)
    assert report.passed, report.text


@dataclasses.dataclass
class State:
    h: np.ndarray
    c: np.ndarray
    cache: object = None


FORMS = {  # of right results, as they come from people who like them so
    "a dataclass": ("lstm_step", lambda both: State(*both)),
    "a namespace": ("lstm_step", lambda both: types.SimpleNamespace(c=both[1], h=both[0])),
    "a dataclass beside them": ("lstm_step", lambda both: (*both, State(*both))),
    "one array of both": ("lstm_step", lambda both: np.stack(both)),
    "one array of two sequences": ("lstm_forward", lambda both: np.stack(both)),
    "one array of two numbers": ("wilson_interval", lambda both: np.array(both)),
    "weights by their names": ("init_lstm", lambda params: params._asdict()),
    "rows in lists": ("shuffled_batches", lambda batches: [(list(x), list(y)) for x, y in batches]),
    "rows in lists of numbers": ("shuffled_batches", lambda batches: [[x.tolist(), y.tolist()] for x, y in batches]),
    "losses by their names": ("fit", lambda both: dict(zip(("train_losses", "valid_losses"), both, strict=True))),
    "losses in one array": ("fit", lambda both: np.array(both)),
}


@pytest.mark.parametrize("form", FORMS)
def test_right_results_are_right_in_any_form_that_says_which_is_which(form):
    exercise, change = FORMS[form]
    report = evaluate(exercise, changed(exercise, change), along=False, search=0)
    assert report.passed and report.points == report.max_points, report.text


@pytest.mark.parametrize("shape", [lambda both: np.stack(both, axis=1), lambda both: np.stack([*both, both[0]])])
def test_one_array_of_other_shapes_is_not_taken_apart(shape):
    assert "The function returned an array of the shape" in said("lstm_step", changed("lstm_step", shape))


def along_time(exercise, right):
    """The results, where they have a time axis as a list of steps, each a list of one array for each sequence."""
    parts = right if isinstance(right, tuple) else (right,)
    steps = [
        [list(step) for step in np.moveaxis(part, tensor.axes.index(tensor.sequence), 0)] if tensor.sequence else part
        for tensor, part in zip(exercise.returns, parts, strict=False)
    ]
    return tuple(steps) if len(exercise.returns) > 1 else steps[0]


@pytest.mark.parametrize("name", ["gru_forward", "lstm_forward", "open_loop", "newton_step", "standardise_frames"])
def test_lists_of_steps_that_hold_an_array_for_each_sequence_are_right_also_where_both_are_as_many(name):
    exercise = registry.get(name)
    report = evaluate(exercise, changed(name, lambda right: along_time(exercise, right)), along=False, search=0)
    assert report.passed, report.text


@pytest.mark.parametrize("scaled", [lambda whole, past: whole / past, lambda whole, past: whole * past])
def test_the_size_of_an_axis_that_is_empty_in_some_draws_is_no_factor_in_every_draw(scaled):
    def answer(q, k, v, past_k, past_v):
        past = past_k.shape[1] or 1
        return tuple(scaled(part, past) for part in REFERENCE["causal_attention"](q, k, v, past_k, past_v))

    text = said("causal_attention", answer)
    assert "P = 4" not in text and "times the expected one" in text


def test_weights_that_are_halved_are_not_called_clipped():
    half = changed("to_other_convention", lambda params: type(params)(*(p / 2 for p in params)))
    assert "clipped" not in said("to_other_convention", half)


def test_what_is_wrong_altogether_is_not_called_near_enough():
    rounded = changed("rnn_step_backward", lambda six: tuple(np.round(g, 2) for g in six))
    assert "Near enough" not in said("rnn_step_backward", rounded)


def test_one_sentence_is_not_said_twice():
    text = said("relative_error", lambda a, b: (a - b).max() / b.max())
    assert text.count("In `error`, a function is missing") == 1


def test_chance_is_said_before_anything_else():
    lines = evaluate("sample_text", random_ids).text.splitlines()
    assert "Two calls with the same arguments gave different numbers." in lines[1]


def everywhere(exercise, value):
    def answer(*args):
        right = REFERENCE[exercise.name](*args)
        parts = right if len(exercise.returns) > 1 else (right,)
        new = tuple(np.full(np.shape(part), value) for part in parts)
        return new if len(exercise.returns) > 1 else new[0]

    return answer


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 1.0, True, 0.5])
@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.apply is None], ids=lambda e: e.name)
def test_what_depends_on_nothing_gets_no_name(exercise, value):
    report = evaluate(exercise, everywhere(exercise, value), along=False)
    assert report.diagnoses == report.edits == () and not report.passed


def test_a_check_with_other_functions_in_numpys_places_is_as_without_them_and_says_so(monkeypatch):
    half = changed("sigmoid", lambda s: s / 2)
    assert "in the place of" not in said("sigmoid", half)
    monkeypatch.setattr(np, "array_equal", lambda *args: True)
    monkeypatch.setattr(np, "allclose", lambda *args: True)
    report = evaluate("sigmoid", half)
    assert not report.passed and report.points == 0 and np.array_equal(1, 2)
    assert "A cell has put something else in the place of np.allclose and np.array_equal." in " ".join(
        report.text.split()
    )
    monkeypatch.setattr(np, "abs", None)
    monkeypatch.setattr(np, "zeros", 3)
    report = evaluate("sigmoid", REFERENCE["sigmoid"])
    assert report.passed and "in the place of np.abs and others" in " ".join(report.text.split())


def test_a_check_with_other_functions_in_pytorchs_places_is_as_without_them_and_says_so(monkeypatch):
    import torch

    before = evaluate("GRU", REFERENCE["GRU"]).passed
    monkeypatch.setattr(torch, "tanh", torch.sigmoid)
    monkeypatch.setattr(torch.nn.functional, "linear", None)
    report = evaluate("GRU", REFERENCE["GRU"])
    assert before and report.passed and torch.tanh is torch.sigmoid
    named = "in the place of torch.tanh and torch.nn.functional.linear. The check was made with the library's own"
    assert named in " ".join(report.text.split())


def test_what_compiled_code_adds_in_another_order_is_not_called_chance():
    calls = iter(range(1000))
    last_digit = changed("gru_step", lambda h: h * (1 + 2.0**-52 * next(calls)))
    assert evaluate("gru_step", last_digit).passed
    assert "Two calls" in said("gru_step", changed("gru_step", lambda h: h * (1 + 1e-10 * next(calls))))
    single = changed("gru_step", lambda h: np.nextafter(np.float32(h), np.float32(next(calls) % 2)))
    assert evaluate("gru_step", single).passed


def test_a_state_that_is_kept_is_found_even_if_the_call_before_left_none_that_fits():
    kept = {}

    def answer(x, h0, params):
        h = kept["h"] if "h" in kept and kept["h"].shape == h0.shape else h0
        hs = REFERENCE["rnn_forward"](x, h, params)
        kept["h"] = hs[:, -1]
        return hs

    assert "Does the answer keep something from the call before" in said("rnn_forward", answer)


def test_a_module_may_return_its_pair_as_a_list():
    import torch

    class GRU(torch.nn.GRU):
        def __init__(self, D, H):
            super().__init__(D, H, batch_first=True)

        def forward(self, x, h0=None):
            return list(super().forward(x, h0))

    assert evaluate("GRU", GRU, along=False).passed

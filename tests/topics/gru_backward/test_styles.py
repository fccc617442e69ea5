"""Right answers of lesson 06 in unusual styles, settings that hide a mistake, and what a learner's check is worth."""

import itertools

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry, sentences, trees
from coursekit.checking.fallback import yours_or_ours
from coursekit.recurrence.draws import LARGE
from coursekit.reference import gradient_flow, gru
from coursekit.topics.gru_backward import candidates as gru_candidates
from coursekit.topics.gru_backward.answers import cross_entropy
from coursekit.topics.gru_backward.candidates import RIGHT, Setting, mutants
from coursekit.topics.gru_backward.exercises import ENOUGH
from coursekit.topics.gru_backward.paths import four_paths, passed_on
from tests.topics.answers import mistake, right


def back_by_autograd(dh, cache):
    tensors = [torch.tensor(a, requires_grad=True) for a in (cache.x, cache.h_prev, *cache.params)]
    x, h, W_ih, W_hh, b_ih, b_hh = tensors
    a, b = (x @ W_ih.T + b_ih).chunk(3, dim=1), (h @ W_hh.T + b_hh).chunk(3, dim=1)
    r, z = (a[0] + b[0]).sigmoid(), (a[1] + b[1]).sigmoid()
    n = (a[2] + r * b[2]).tanh()
    return torch.autograd.grad(n + z * (h - n), tensors, torch.tensor(dh))


def back_path_by_path(dh, cache):
    k = cache
    dan = np.einsum("nh,nh->nh", dh, (1 - k.z) * (1 - k.n) * (1 + k.n))
    gates = [dan * k.hn * (k.r - k.r**2), dh * (k.h_prev - k.n) * (k.z - k.z**2)]
    dW_ih = np.vstack([da.T @ k.x for da in (*gates, dan)])
    dW_hh = np.vstack([da.T @ k.h_prev for da in (*gates, dan * k.r)])
    dx = sum(da @ W for da, W in zip((*gates, dan), np.split(k.params.W_ih, 3), strict=True))
    db_ih, db_hh = (np.hstack([da.sum(0) for da in (*gates, last)]) for last in (dan, dan * k.r))
    return {
        "dh_prev": sum(four_paths(dh, k)),
        "dx": dx,
        "dW_ih": dW_ih,
        "dW_hh": dW_hh,
        "db_ih": db_ih,
        "db_hh": db_hh,
    }


@pytest.mark.parametrize("answer", [back_by_autograd, back_path_by_path])
def test_step_backward_in_other_styles(answer):
    right("gru_step_backward", answer)


def back_in_one_go(dhs, caches):
    x, first = np.stack([k.x for k in caches], axis=1), caches[0]
    return gru.backward(dhs, gru.forward(x, first.h_prev, first.params)[1])


def back_in_lists(dhs, caches):
    dx, dh = [], 0
    gradients = []
    for dh_t, cache in zip(dhs.swapaxes(0, 1)[::-1], caches[::-1], strict=True):
        dx_t, dh, *weights = gru.step_backward(dh_t + dh, cache)
        dx.append(dx_t)
        gradients.append(weights)
    return [dx[::-1], dh, *(np.sum(dw, axis=0) for dw in zip(*gradients, strict=True))]


@pytest.mark.parametrize("answer", [back_in_one_go, back_in_lists])
def test_backward_in_other_styles(answer):
    right("gru_backward", answer)


def train_by_autograd(weights, grads, x, y, lr, max_norm):
    tensors = [torch.tensor(w, requires_grad=True) for w in weights]
    layer = torch.nn.GRU(x.shape[2], weights[1].shape[1], batch_first=True, dtype=torch.float64)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    hs, _ = torch.func.functional_call(layer, dict(zip(names, tensors, strict=False)), torch.tensor(x))
    loss = torch.nn.functional.cross_entropy(hs[:, -1] @ tensors[4].T + tensors[5], torch.tensor(y))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(tensors, max_norm)
    with torch.no_grad():
        return [w - lr * w.grad for w in tensors], [w.grad for w in tensors], loss.item()


def test_train_step_by_autograd():
    for seed in range(3):
        report = evaluate("train_step", train_by_autograd, seed)
        # torch clips by max_norm / (norm + 1e-6): right to float32, as the note says
        assert report.passed, report.text


def train_in_float32(*args):
    reference = registry.get("train_step").reference
    return reference(*trees.map_arrays(lambda a: a.astype(np.float32) if a.dtype.kind == "f" else a, args))


def test_train_step_that_returns_one_after_the_other():
    def train_step(*args):
        weights, gradients, loss = registry.get("train_step").reference(*args)
        return *weights, *gradients, loss

    assert evaluate("train_step", train_step).passed
    assert evaluate("train_step", lambda *args: (*train_step(*args), {"a": "cache"})).passed


def test_where_numbers_are_large_rounding_decides_no_part_of_a_training_step():
    for seed in range(20):
        report = evaluate("train_step", train_in_float32, seed, along=False, search=0)
        assert next(case for case in report.cases if case.name == LARGE).passed, report.text


def test_the_gradient_of_a_training_step_is_the_gradient_of_its_loss():
    from coursekit.reference.numerics import numerical_gradient, relative_error

    weights, grads, x, y, lr, _ = registry.get("train_step").draws(0)[2].args.values()
    _, used, _ = registry.get("train_step").reference(weights, grads, x, y, lr, 1e9)
    for k, w in enumerate(weights):

        def loss(value, k=k):
            *cell, W_out, b_out = [*weights[:k], value, *weights[k + 1 :]]
            hs, _ = gradient_flow.run(gru, gru.Params(*cell), x)
            return cross_entropy(hs[:, -1] @ W_out.T + b_out, y)[0]

        assert relative_error(used[k], numerical_gradient(loss, w)) < 1e-6


@pytest.mark.parametrize(
    ("start", "rows", "right_tensors"),
    [
        ("an update gate with the wrong sign", "The rows of z are wrong, those of r and n are right.", ()),
        ("a reset gate that gets no gradient", "The rows of r are wrong, those of z and n are right.", ()),
        ("a candidate without the slope", "The rows of r and n are wrong, those of z are right.", ()),
        (
            "a gradient of W_hh and b_hh without the reset gate",
            "The rows of n are wrong, those of r and z are right.",
            ("dx", "dh_prev", "dW_ih", "db_ih"),
        ),
    ],
)
def test_a_report_names_the_rows_that_tell_the_mistake(start, rows, right_tensors):
    report = evaluate("gru_step_backward", mistake("gru_step_backward", start).implement)
    (dW_hh,) = [f for f in report.failed.findings if f.tensor == "dW_hh"]
    assert rows in sentences.where(dW_hh)
    assert set(right_tensors) <= set(report.failed.right)


@pytest.mark.parametrize(
    "path", ["direct", "the path through the c", "the path through the u", "the path through the r"]
)
def test_a_missing_path_leaves_only_dh_prev_wrong(path):
    start = "a dh_prev without its direct" if path == "direct" else f"a dh_prev without {path}"
    report = evaluate("gru_step_backward", mistake("gru_step_backward", start).implement)
    assert [f.tensor for f in report.failed.findings] == ["dh_prev"]


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("no hand-over", "Right after t=4, wrong from t=4 backwards."),
        ("a loop that runs forward", "Wrong at every time step."),
        ("a hand-over that replaces", "Right after t=4, wrong from t=4 backwards."),
    ],
)
def test_one_step_hides_the_hand_over_and_more_steps_say_when_it_fails(start, says):
    report = evaluate("gru_backward", mistake("gru_backward", start).implement)
    assert [case.name for case in report.draws if case.passed] == ["one step"]
    full = next(case for case in report.cases if case.name == "full size")
    (dx,) = [f for f in full.findings if f.tensor == "dx"]
    assert says in sentences.where(dx)


# The four paths.


def test_the_four_paths_add_up_to_what_one_step_leaves():
    dh, cache = registry.get("gru_step_backward").draws(0)[0].args.values()
    parts = four_paths(dh, cache)
    whole = gru.step_backward(dh, cache).dh_prev
    np.testing.assert_allclose(sum(parts), whole, rtol=1e-12)
    shares = passed_on(dh[:, None], [cache])
    lengths = np.linalg.norm(whole, axis=1).sum() / np.linalg.norm(dh, axis=1).sum()
    np.testing.assert_allclose(sum(shares), lengths, rtol=1e-12)
    first = passed_on(dh[:, None], [cache], where=np.arange(len(dh))[:, None] == 0)
    assert not np.allclose(first, shares)


def test_with_z_held_open_everything_goes_the_direct_way():
    rng = np.random.default_rng(0)
    params = gru.init(3, 5, rng)
    params.b_ih[5:10] = 50.0
    _, caches = gradient_flow.run(gru, params, rng.standard_normal((4, 6, 3)))
    dhs = np.zeros((4, 6, 5))
    dhs[:, -1] = rng.standard_normal((4, 5))
    np.testing.assert_allclose(passed_on(dhs, caches), [1, 0, 0, 0], atol=1e-12)


# Be the autograder.


def test_the_careful_setting_accepts_every_style_and_rejects_every_mutant():
    for seed in range(5):
        assert all(Setting("").accepts(candidate, seed) for candidate in RIGHT.values())
        assert not any(Setting("").accepts(mutant.forward, seed) for mutant in mutants())


SHOWN = {
    "a loop that starts every step from h0": "one step",
    "a loop that runs backwards in time": "one step",
    "one array that stands for all states": "last state only",
    "a loop that starts from zeros and ignores h0": "h0 = 0",
    "the h0 of the first sequence for all sequences": "N = 1",
    "a missing bias b_hn": "zero biases",
    "a bias b_hn outside the reset gate": "zero biases",
    "b_ih in place of b_hh": "b_ih = b_hh",
    "a reset gate before the product": "tiny weights",
    "a candidate without its tanh": "tiny weights",
    "an old state that is dropped": "one step, h0 = 0",
    "an update gate that is swapped": "tiny weights",
}


@pytest.mark.parametrize("start", SHOWN)
def test_each_mutant_is_hidden_by_the_setting_that_its_advice_warns_of(start):
    (row,) = [row for name, row in gru_candidates.hidden().items() if name.startswith(start)]
    assert row[SHOWN[start]]
    assert not row["none of these"]


def test_twelve_mutants_that_differ_from_each_other():
    args = np.random.default_rng(0).standard_normal((4, 6, 3)), np.full((4, 5), 0.5) * [[1], [-1], [0.5], [1]]
    params = gru.init(3, 5, np.random.default_rng(1))
    answers = [mutant.forward(*args, params) for mutant in mutants()]
    assert len(answers) == 12
    for a, b in itertools.combinations(answers, 2):
        assert not np.allclose(a, b)


def test_candidates_take_plain_lists_leave_their_arguments_alone_and_say_what_is_missing():
    x, h0 = np.ones((2, 3, 4)), np.full((2, 5), 0.3)
    params = gru.init(4, 5, np.random.default_rng(0))
    for candidate in (*RIGHT.values(), *(mutant.forward for mutant in mutants())):
        hs = candidate(x, h0, [p.tolist() for p in params])
        assert hs.shape == (2, 3, 5) and hs.flags.writeable
        assert (h0 == 0.3).all() and (x == 1).all()
    with pytest.raises(ValueError, match="the four arrays"):
        candidate(x, h0, params[:3])


def check_by(**setting):
    return lambda candidate: Setting("", **setting).accepts(candidate)


def test_ten_of_twelve_are_enough_and_the_report_still_names_the_other_two():
    report = evaluate("write_check", check_by(zero_h0=True))
    assert report.passed and report.score == 1.0
    assert "right on 16 of 18 public draws, which is enough" in report.text
    assert "ignores h0" in report.text and "begin with an h0 that is not zero" in " ".join(report.text.split())


@pytest.mark.parametrize(
    ("check", "score"),
    [
        (check_by(T=1), (12 - 3) / ENOUGH),
        (check_by(T=1, zero_h0=True), (12 - 6) / ENOUGH),
        (lambda candidate: True, 0.0),
        (lambda candidate: False, 0.0),
        (check_by(tolerance=1e-9), 5 / 6),
    ],
)
def test_the_score_of_a_check_is_accepted_times_rejected(check, score):
    report = evaluate("write_check", check)
    assert not report.passed
    assert report.score == pytest.approx(score, abs=1e-4)


def test_a_check_that_goes_by_the_order_of_its_calls_gets_no_further_than_a_guess():
    scores = []
    for seed in range(10):
        count = itertools.count()
        scores.append(evaluate("write_check", lambda candidate, count=count: next(count) < 6, seed, search=0).score)
    assert np.mean(scores) < 0.5


def test_a_learners_check_for_equal_bits_is_named():
    def check(candidate):
        rng = np.random.default_rng(1)
        x, h0, params = rng.standard_normal((3, 5, 2)), rng.uniform(-0.9, 0.9, (3, 4)), gru.init(2, 4, rng)
        return np.array_equal(candidate(x, h0, params), registry.get("gru_forward").reference(x, h0, params))

    assert evaluate("write_check", check).diagnoses == ("a check for equal bits",)


def test_a_check_with_its_own_random_inputs_and_no_seed_is_right_too():
    def check(candidate):
        rng = np.random.default_rng()
        x, h0, params = rng.standard_normal((3, 5, 2)), rng.uniform(-1, 1, (3, 4)), gru.init(2, 4, rng)
        got, want = np.asarray(candidate(x, h0, tuple(params))), gru.forward(x, h0, params)[0]
        return got.shape == want.shape and np.allclose(got, want, atol=1e-5)

    right("write_check", check)


# Going on before every answer is right.


def test_later_cells_use_an_answer_only_if_it_and_what_it_calls_are_right(capsys):
    def gru_backward(dhs, caches):
        return back_in_one_go(dhs, caches)

    def gru_step_backward(dh, cache):
        return gru.step_backward(dh, cache)

    assert yours_or_ours(gru_backward, gru_step_backward) is gru_backward
    assert "use your gru_backward" in capsys.readouterr().out

    def gru_step_backward(dh, cache):
        return gru.step_backward(2 * dh, cache)

    assert yours_or_ours(gru_backward, gru_step_backward) is registry.get("gru_backward").reference
    assert "gru_step_backward is not right yet" in capsys.readouterr().out

    def gru_backward(dhs, caches):
        raise NotImplementedError()

    assert yours_or_ours(gru_backward) is registry.get("gru_backward").reference
    assert "gru_backward is not written yet" in capsys.readouterr().out

"""Wrong answers that no list of mistakes holds, each of which once passed on some seeds or on all."""

import numpy as np
import pytest

from coursekit.checking import evaluate, registry
from coursekit.recurrence.backward_mistakes import back
from coursekit.reference import gru, lstm, rnn
from coursekit.topics.vanishing_gradients.answers import step_jacobian

SEEDS = range(10)


def rejected(exercise, answer):
    assert not [seed for seed in SEEDS if evaluate(exercise, answer, seed, along=False, search=0).passed]


def cut_after_seven(cell):
    """Back through time, with the gradient cut after every seven steps."""

    def answer(dhs, *rest):
        left = iter(range(1, len(rest[-1]) + 1))

        def pass_on(handed, before):
            return [0 * a for a in handed] if next(left) % 7 == 0 else handed

        return back(cell.step_backward, dhs, rest[:-1], rest[-1], pass_on=pass_on)

    return answer


@pytest.mark.parametrize(
    ("exercise", "cell"),
    [("rnn_backward", rnn), ("lstm_backward", lstm), ("gru_backward", gru)],
    ids=["rnn", "lstm", "gru"],
)
def test_a_gradient_that_is_cut_after_seven_steps(exercise, cell):
    rejected(exercise, cut_after_seven(cell))


def test_a_piece_of_at_most_seven_steps():
    right = registry.get("truncated_bptt").reference
    rejected("truncated_bptt", lambda series, h0, params, W_out, k: right(series, h0, params, W_out, min(k, 7)))


def test_a_jacobian_that_is_clipped():
    for limit in (0.5, 1.0):
        rejected("step_jacobian", lambda cache, limit=limit: np.clip(step_jacobian(cache), -limit, limit))


def test_one_maximum_for_all_texts():
    def answer(query, states, mask):
        scores = np.where(mask, np.einsum("nth,nh->nt", states, query) / np.sqrt(query.shape[1]), -np.inf)
        with np.errstate(all="ignore"):
            e = np.exp(scores - scores.max())
            weights = e / e.sum(axis=1, keepdims=True)
        return weights, np.einsum("nt,nth->nh", weights, states)

    rejected("attention_step", answer)


@pytest.mark.parametrize("axis", [None, 1, (1, 2)])
def test_one_maximum_for_all_positions(axis):
    def answer(logits, targets, mask):
        with np.errstate(all="ignore"):
            shifted = logits - logits.max(axis=axis, keepdims=True)
            log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        losses = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
        y = np.eye(logits.shape[-1])[targets]
        return np.where(mask, losses, 0).sum() / mask.sum(), (np.exp(log_p) - y) * mask[..., None] / mask.sum()

    rejected("lm_loss", answer)


def test_one_maximum_for_all_decisions():
    import torch

    def answer(logits, values, actions, returns):
        e = torch.exp(logits - logits.max())
        log_p = torch.log(e / e.sum(dim=-1, keepdim=True)).gather(-1, actions[..., None])[..., 0]
        advantage = returns - values
        return -(log_p * advantage.detach()).mean() + (advantage**2).mean() / 2

    rejected("actor_critic_loss", answer)


def squashed(a):
    with np.errstate(all="ignore"):
        return (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))


def test_a_tanh_of_exponentials():
    def answer(x, h, params):
        W_ih, W_hh, b_ih, b_hh = params
        return squashed(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)

    rejected("rnn_step", answer)


def test_a_sigmoid_of_two_exponentials_in_the_other_gru():
    def answer(x, h, params):
        W_ih, W_hh, b_ih, b_hh = params
        H = h.shape[1]
        with np.errstate(all="ignore"):
            e = np.exp(x @ W_ih[: 2 * H].T + b_ih[: 2 * H] + h @ W_hh[: 2 * H].T + b_hh[: 2 * H])
            r, z = np.split(e / (1 + e), 2, axis=1)
        n = np.tanh(x @ W_ih[2 * H :].T + b_ih[2 * H :] + (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :])
        return (1 - z) * n + z * h

    rejected("gru_step_reset_before", answer)


def test_an_episode_that_ends_with_the_first_step():
    right = registry.get("states_with_resets").reference

    def answer(x, h0, over, params):
        return right(x, h0, np.concatenate([np.zeros_like(over[:, :1]), over[:, 1:]], axis=1), params)

    rejected("states_with_resets", answer)


def test_names_are_asked_for_and_not_an_order():
    report = evaluate("to_torch_state_dict", lambda layers: tuple(array for layer in layers for array in layer))
    assert not report.passed and report.score == 0 and "dict" in report.text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x, h, params: np.zeros(h.shape, int) + np.rint(3 * h).astype(int), "is an integer array being filled?"),
        (lambda x, h, params: np.full(h.shape, 0.5), "It is 0.5 everywhere."),
        (lambda x, h, params: np.full(h.shape, np.nan), "h is NaN or infinite everywhere."),
    ],
    ids=["integers", "a constant", "NaN"],
)
def test_integers_constants_and_nan_are_called_so(answer, said):
    assert said in " ".join(evaluate("gru_step", answer).text.split())


def test_what_a_guess_gets_right_earns_nothing_and_is_told():
    report = evaluate("init_lstm", lambda params, forget_bias: params)
    said = " ".join(report.text.split())
    assert report.score == 0.0 and "Right: W_ih, W_hh" in said
    assert "the arguments or the answer to another draw get right as well earns no points" in said

"""Lesson 01, the vanilla RNN: one step, a sequence, the loss of a language model, and text drawn from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.recurrence.draws import sequence_draws, step_draws
from coursekit.reference import rnn
from coursekit.reference.numerics import softmax
from coursekit.topics.vanilla_rnn import language_model_mistakes, mistakes
from coursekit.topics.vanilla_rnn.answers import lm_loss, rnn_forward, rnn_step, sample_text

LESSON = "01_vanilla_rnn"

register(
    Exercise(
        name="rnn_step",
        lesson=LESSON,
        asks="One step of a vanilla RNN for a batch: x (N, D) and h (N, H) give the next h (N, H).",
        reference=rnn_step,
        returns=(Tensor("h", ("N", "H")),),
        draw=step_draws(rnn),
        mistakes=mistakes.STEP,
        hints=(
            "Two products have the shape (N, H): one from x, one from h. Write down the shapes of x (N, D) "
            "and W_ih (H, D): which of them has to be transposed?",
            "x @ W_ih.T is (N, H). The other product is made in the same way, from h and W_hh. Each has its own bias.",
            "Add the two products and the two biases, and take np.tanh of the sum.",
        ),
        points=2,
    )
)

register(
    Exercise(
        name="rnn_forward",
        lesson=LESSON,
        asks="A vanilla RNN over a sequence: x (N, T, D) and h0 (N, H) give every state hs (N, T, H).",
        reference=rnn_forward,
        returns=(Tensor("hs", ("N", "T", "H"), sequence="T"),),
        draw=sequence_draws(rnn),
        uses=("rnn_step",),
        mistakes=mistakes.FORWARD,
        hints=(
            "Keep one variable for the state. It begins as h0, and every step replaces it.",
            "The input of step t is x[:, t], of shape (N, D). Call rnn_step and append the new state to a list.",
            "np.stack(states, axis=1) makes one array (N, T, H) from T arrays (N, H).",
        ),
        points=2,
    )
)


# The loss of a language model.


def _padded(rng: np.random.Generator, N: int, T: int) -> np.ndarray:
    """A mask (N, T) of sequences with different lengths: one has all T steps, and one a single step. One alone is
    padded as well."""
    lengths = rng.permutation([T, *rng.integers(2, T, N - 2), 1]) if N > 1 else np.array([T - 1])
    return np.arange(T) < lengths[:, None]


def _draw_logits(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (N, T, V) in {
        "one step": (4, 1, 6),
        "no padding": (4, 3, 6),
        "padding at the end": (4, 5, 6),
        "large logits": (3, 5, 7),
        "a batch of one": (1, 9, 3),
    }.items():
        logits = 2 * rng.standard_normal((N, T, V))
        if name == "large logits":
            logits = rng.integers(-4000, 4000, (N, T, V)) / 4  # quarters, which float32 holds exactly too
            logits[rng.integers(N), 0] -= 3000  # what is largest elsewhere is no help here
        mask = np.ones((N, T), bool) if name in ("one step", "no padding") else _padded(rng, N, T)
        args = {"logits": logits, "targets": rng.integers(0, V, (N, T)), "mask": mask}
        yield Draw(name, args, {"N": N, "T": T, "V": V})


register(
    Exercise(
        name="lm_loss",
        lesson=LESSON,
        asks="The mean cross-entropy (nats) of the positions where mask is True, and its gradient dlogits (N, T, V).",
        reference=lm_loss,
        returns=(Tensor("loss"), Tensor("dlogits", ("N", "T", "V"), sequence="T")),
        draw=_draw_logits,
        no_overflow=True,
        mistakes=language_model_mistakes.LOSS,
        hints=(
            "Begin with log p = logits - log(sum(exp(logits))), along the last axis. Subtract the row's "
            "maximum from the logits first: it cancels, and nothing overflows.",
            "Of the V numbers log p at each position only that of the target counts; np.take_along_axis picks "
            "it, with targets[..., None] as index. Then mask, add up, and divide by how many positions count.",
            "The gradient at a position that counts is (p - y) / count, where y is 1 at the target and 0 "
            "elsewhere. At the others it is zero.",
            "np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0] is log p of the targets, (N, T). p "
            "= np.exp(log_p), and np.eye(V)[targets] is y for all positions at once. mask[..., None] fits both.",
        ),
        points=4,
    )
)


# Drawing text.

_CLEAR = 1e-3  # distance of a number u from every border, so that no order of the arithmetic decides


def _next_state(symbol: int, h: np.ndarray, params: rnn.Params) -> np.ndarray:
    V = params.W_ih.shape[1]
    return rnn_step(np.eye(V)[[symbol]], h, params)


def _cumulative(h, W_out, b_out, temperature) -> np.ndarray:
    return np.cumsum(softmax((h @ W_out.T + b_out) / temperature)[0])


def _clear_numbers(rng: np.random.Generator, n: int, params, W_out, b_out, start_ids, temperature) -> np.ndarray:
    """Uniform numbers (n,) that keep clear of the borders between symbols along the text that they draw."""
    h = np.zeros((1, params.W_hh.shape[1]))
    for symbol in start_ids:
        h = _next_state(symbol, h, params)
    numbers = []
    for _ in range(n):
        borders = _cumulative(h, W_out, b_out, temperature)
        number = rng.random()
        while np.abs(borders - number).min() < _CLEAR:
            number = rng.random()
        numbers.append(number)
        h = _next_state(int(np.argmax(borders > number)), h, params)
    return np.array(numbers)


def _draw_text(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (V, H, start, n, temperature) in {
        "a few symbols": (4, 5, 2, 6, 0.5),
        "hot": (7, 5, 3, 40, 2.0),
        "cool": (6, 4, 4, 40, 0.6),
        "more units": (5, 9, 3, 60, 0.7),
    }.items():
        # Larger weights than at the start of training: what was read has to matter for what is drawn.
        W_ih, W_hh, b_ih, b_hh = rnn.init(V, H, rng)
        params = rnn.Params(3 * W_ih, 3 * W_hh, b_ih, b_hh)
        W_out, b_out = (
            1.5 * rng.standard_normal((V, H)),
            rng.uniform(0.5, 1.0, V) * rng.choice([-1.0, 1.0], V),
        )
        start_ids = rng.choice(V, start, replace=False)
        u = _clear_numbers(rng, n, params, W_out, b_out, start_ids, temperature)
        args = {"params": params, "W_out": W_out, "b_out": b_out, "start_ids": start_ids, "u": u}
        yield Draw(name, args | {"temperature": temperature}, {"V": V, "H": H, "n": n})


register(
    Exercise(
        name="sample_text",
        lesson=LESSON,
        asks="n symbols drawn one after the other from a language model, with n given uniform numbers: ids (n,).",
        reference=sample_text,
        chance="u",
        returns=(Tensor("ids", ("n",), exact=True),),
        draw=_draw_text,
        uses=("rnn_step", "softmax"),
        mistakes=language_model_mistakes.SAMPLING,
        hints=(
            "Two loops. The first reads start_ids and only moves the state. The second draws, and feeds "
            "every symbol that it has drawn back in.",
            "np.eye(V)[[symbol]] is the input (1, V) of one symbol. The state before the first symbol is zero, (1, H).",
            "Divide the logits by the temperature before the softmax. The cumulative sums of p are the borders "
            "between the symbols on the line from 0 to 1.",
            "p = softmax((h @ W_out.T + b_out) / temperature), and borders = np.cumsum(p[0]). np.argmax(borders "
            "> number) is the first index whose border lies beyond the number: argmax finds the first True.",
        ),
        points=4,
    )
)

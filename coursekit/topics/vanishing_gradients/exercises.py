"""Lesson 03, vanishing and exploding gradients: Jacobians and their products, initial weights, recall."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.recurrence.draws import LARGE, STEP_SIZES, sequence_args, step_args
from coursekit.reference import gradient_flow, rnn
from coursekit.topics.vanishing_gradients import mistakes
from coursekit.topics.vanishing_gradients.answers import (
    gradient_profile,
    orthogonal,
    recall_accuracy,
    scale_spectral_radius,
    step_jacobian,
)

LESSON = "03_vanishing_gradients"


# The Jacobian of one step.


def _draw_cache(rng: np.random.Generator) -> Iterator[Draw]:
    """The last Jacobian has entries beyond 1, as those of exploding gradients: nothing may cut them off."""
    for name, sizes in STEP_SIZES.items():
        while True:
            x, h, params = step_args(rng, rnn, **sizes, large=name == LARGE).values()
            if sizes["N"] == 1:
                params = params._replace(W_hh=4 * params.W_hh)
            _, cache = rnn.step(x, h, params)
            if sizes["N"] > 1 or np.abs(step_jacobian(cache)).max() > 1:
                break
        yield Draw(name, {"cache": cache}, sizes)


register(
    Exercise(
        name="step_jacobian",
        lesson=LESSON,
        asks="The Jacobian of one RNN step for every sequence: J (N, H, H), where J[n, i, j] says how "
        "h[n, i] follows h_prev[n, j].",
        reference=step_jacobian,
        returns=(Tensor("J", ("N", "H", "H")),),
        draw=_draw_cache,
        mistakes=mistakes.JACOBIAN,
        hints=(
            "Write one entry: h_i = tanh(... + sum over j of W_hh[i, j] h_prev_j). Differentiate it with "
            "respect to h_prev_j.",
            "Entry (i, j) is W_hh[i, j] times a slope of tanh. Of which unit: the one that changes, or the one "
            "that is changed?",
            "It is the slope of unit i, 1 - h_i². Broadcasting does it for all sequences: slope[:, :, None] is "
            "(N, H, 1), and W_hh is (H, H).",
        ),
        points=2,
    )
)


# How much of a gradient is left after k steps back.

_GROWS = "a gradient that grows"


def _draw_profile(rng: np.random.Generator) -> Iterator[Draw]:
    settings = {
        "one step": {"N": 4, "T": 1, "D": 3, "H": 5},
        "three steps": {"N": 4, "T": 3, "D": 2, "H": 5},
        _GROWS: {"N": 4, "T": 6, "D": 3, "H": 5},
        "vanishes to 1e-8 and less": {"N": 1, "T": 30, "D": 2, "H": 6},
    }
    for name, sizes in settings.items():
        x, h0, params = sequence_args(rng, rnn, **sizes).values()
        if name == _GROWS:  # a large W_hh, and states near zero, where tanh is steep
            W_ih, W_hh, b_ih, b_hh = params
            x, h0, params = 1e-4 * x, 1e-4 * h0, rnn.Params(W_ih, 4 * W_hh, 1e-4 * b_ih, 1e-4 * b_hh)
        _, caches = gradient_flow.run(rnn, params, x, h0)
        # Sequences with gradients of quite different length: the mean of norms is then not the norm of all.
        lengths = np.linspace(0.5, 3, sizes["N"])[:, None]
        dh = lengths * rng.standard_normal((sizes["N"], sizes["H"]))
        yield Draw(name, {"caches": caches, "dh": dh}, sizes)


register(
    Exercise(
        name="gradient_profile",
        lesson=LESSON,
        asks="How much of the gradient at the last state is left k steps earlier: (T+1,) for k = 0 ... T, "
        "as a share of k = 0. The norm is taken for each sequence, then averaged.",
        reference=gradient_profile,
        returns=(Tensor("profile", ("T+1",)),),
        draw=_draw_profile,
        uses=("step_jacobian",),
        mistakes=mistakes.PROFILE,
        hints=(
            "Keep a list that begins with the norm of dh. Walk through reversed(caches), and go back one "
            "step each time.",
            "One step back for all sequences: dh_prev[n, j] = sum over i of dh[n, i] * J[n, i, j].",
            "The entry of the list is the mean over the sequences of the length of dh. At the end divide the "
            "whole list by its first entry.",
            'np.einsum("ni,nij->nj", dh, J) is the step back, and np.linalg.norm(dh, axis=1).mean() the entry '
            "of the list.",
        ),
        points=3,
    )
)


# Initial weights.


def _draw_square(rng: np.random.Generator) -> Iterator[Draw]:
    for name, H in {"small": 3, "fresh numbers": 3, "a layer": 12}.items():
        A = rng.standard_normal((H, H))
        R = np.linalg.qr(A)[1]
        # np.linalg.qr leaves the signs to chance; here they differ, so that a forgotten correction shows.
        A[:, 0] *= -np.sign(R[0, 0])
        A[:, 1] *= np.sign(R[1, 1])
        yield Draw(name, {"A": A}, {"H": H})


register(
    Exercise(
        name="orthogonal",
        lesson=LESSON,
        asks="The orthogonal matrix that Gram-Schmidt makes of the columns of A (H, H): the Q of A = QR in "
        "which R has a positive diagonal.",
        reference=orthogonal,
        returns=(Tensor("Q", ("H", "H")),),
        parts={"R": "the R of A = QR"},
        draw=_draw_square,
        mistakes=mistakes.ORTHOGONAL,
        hints=(
            "Q, R = np.linalg.qr(A) does nearly all of it. Print R: are all numbers on its diagonal positive?",
            "If R[j, j] is negative, reverse column j of Q. Then Q still has columns of length one at right angles.",
            "Q * s scales column j of Q by s[j]. np.sign and np.diag give s.",
        ),
        points=1,
    )
)


def _draw_radius(rng: np.random.Generator) -> Iterator[Draw]:
    # The eigenvalues are known. The largest is complex once and negative once: neither may be overlooked.
    spectra = {
        "a complex pair is largest": ([0.6], (0.9, 0.8), 1.5),
        "a negative one is largest": ([-1.7, 0.8, 0.4], (0.3, 0.5), 0.9),
        "larger": ([-0.5, 0.7, -0.9, 0.2, 0.4], (1.1, 1.3), 1.25),
    }
    for name, (real, (a, b), radius) in spectra.items():
        H = len(real) + 2
        blocks = np.zeros((H, H))
        blocks[:2, :2] = [[a, -b], [b, a]]
        blocks[range(2, H), range(2, H)] = real
        change = np.linalg.qr(rng.standard_normal((H, H)))[0] @ np.diag(rng.uniform(0.4, 2.5, H))
        yield Draw(name, {"W": change @ blocks @ np.linalg.inv(change), "radius": radius}, {"H": H})
    # Two blocks on the diagonal: eigvals gives the eigenvalues of the first one first, and the largest last.
    W = rng.uniform(-0.3, 0.3, (4, 4))
    W[:2, :2], W[2:, 2:], W[2:, :2] = [[0.3, -0.4], [0.5, 0.2]], [[0.7, -0.9], [1.1, 0.6]], 0
    W[:2] *= rng.uniform(0.8, 1.1)
    yield Draw("the largest comes last", {"W": W, "radius": 1.4}, {"H": 4})


register(
    Exercise(
        name="scale_spectral_radius",
        lesson=LESSON,
        asks="The positive multiple of W (H, H) whose spectral radius, the largest absolute value of its eigenvalues, "
        "is the one given.",
        reference=scale_spectral_radius,
        returns=(Tensor("W", ("H", "H")),),
        draw=_draw_radius,
        mistakes=mistakes.RADIUS,
        hints=(
            "np.linalg.eigvals(W) gives the eigenvalues, complex numbers in general. The absolute value of "
            "a complex number is its distance from zero.",
            "If W is multiplied by a number, all eigenvalues are multiplied by it.",
        ),
        points=1,
    )
)


# Recall.


def _draw_recall(rng: np.random.Generator) -> Iterator[Draw]:
    settings = {"small": (8, 3, 5, 4), "fresh numbers": (8, 3, 5, 4), "larger": (50, 9, 6, 3)}
    settings |= {"a batch of one": (1, 8, 5, 4)}
    for name, (N, T, H, K) in settings.items():
        hs = rng.uniform(-0.9, 0.9, (N, T, H))
        W_out, b_out = rng.standard_normal((K, H)), rng.standard_normal(K)
        answers = (hs @ W_out.T + b_out).argmax(axis=2)
        # Right for a share of the sequences that no wrong reading gives.
        y = (answers[:, -1] + (np.arange(N) < N // 4)) % K
        yield Draw(name, {"hs": hs, "y": y, "W_out": W_out, "b_out": b_out}, {"N": N, "T": T, "H": H, "K": K})


register(
    Exercise(
        name="recall_accuracy",
        lesson=LESSON,
        asks="The share of sequences whose symbol y (N,) is named by the read-out of the last state.",
        reference=recall_accuracy,
        returns=(Tensor("accuracy"),),
        draw=_draw_recall,
        mistakes=mistakes.RECALL,
        hints=(
            "Take the last state of every sequence, (N, H), and compute the scores, (N, K).",
            "argmax(axis=1) gives the named symbol. The mean of a comparison is the share of True.",
        ),
        points=1,
    )
)

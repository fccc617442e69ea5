"""The known mistakes of lesson 03, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.squashing_mistakes import state_slope_mistake
from coursekit.topics.vanishing_gradients.answers import orthogonal, recall_accuracy, step_jacobian

# The Jacobian of one step.


def _mean_state(cache):
    return cache._replace(h=cache.h.mean(axis=0, keepdims=True))


JACOBIAN = (
    Mistake(
        "a slope of tanh on the wrong side: W_hh diag(1 - h^2)",
        "The slope belongs to the unit that is computed, so to the rows of the matrix. Which axis do you scale?",
        lambda cache: cache.params.W_hh * (1 - cache.h**2)[:, None, :],
    ),
    Mistake(
        "a slope of tanh taken from the old state: 1 - h_prev^2",
        "The tanh of this step produced h, not h_prev.",
        lambda cache: (1 - cache.h_prev**2)[:, :, None] * cache.params.W_hh,
    ),
    Mistake(
        "a Jacobian that is transposed",
        "Its norm is right, its entries are not: the first index is the new unit, the second the old one.",
        lambda cache: step_jacobian(cache).swapaxes(1, 2).copy(),
    ),
    Mistake(
        "a Jacobian with the columns of W_hh as its rows: diag(1 - h^2) W_hh.T",
        "W_hh[i, j] leads from the old unit j to the new unit i, as the Jacobian does.",
        lambda cache: (1 - cache.h**2)[:, :, None] * cache.params.W_hh.T,
    ),
    Mistake(
        "the slope of the sigmoid: h * (1 - h)",
        "This network squashes with tanh. What is the derivative of tanh, in terms of its value?",
        lambda cache: (cache.h * (1 - cache.h))[:, :, None] * cache.params.W_hh,
    ),
    Mistake(
        "a Jacobian without the slope of tanh",
        "W_hh alone is the Jacobian of a linear network. This one squashes.",
        lambda cache: np.repeat(cache.params.W_hh[None], len(cache.h), axis=0),
    ),
    Mistake(
        "a slope of tanh taken at h: 1 - tanh(h)^2",
        "h is the tanh already. Its slope at that point, written with h itself, needs no further tanh.",
        lambda cache: (1 - np.tanh(cache.h) ** 2)[:, :, None] * cache.params.W_hh,
    ),
    Mistake(
        "the same Jacobian for all sequences, from the mean state",
        "Every sequence has a state of its own, and so a slope of its own.",
        lambda cache: np.repeat(step_jacobian(_mean_state(cache)), len(cache.h), axis=0),
    ),
    state_slope_mistake(lambda slope: lambda cache: slope(cache.h)[:, :, None] * cache.params.W_hh),
)


# The profile: the gradients at all states, their norms, and the share of the first, with one of them changed.


def _gradients_back(caches, dh) -> np.ndarray:
    """The gradient (T+1, N, H) at h_T, h_{T-1}, ... h_0 when only the last state has a loss."""
    going_back = [dh]
    for cache in reversed(caches):
        going_back.append(np.einsum("nij,ni->nj", step_jacobian(cache), going_back[-1]))
    return np.stack(going_back)


def _profile(
    norm: Callable = lambda g: np.linalg.norm(g, axis=2).mean(axis=1),
    relative: Callable = lambda norms: norms / norms[0],
    back: Callable = _gradients_back,
) -> Callable:
    """A gradient profile with another norm (T+1, N, H) -> (T+1,), another scale or another way back."""
    return lambda caches, dh: relative(norm(back(caches, dh)))


def _weight_gradients(caches, dh) -> np.ndarray:
    """The gradient of W_hh collected over the last 0, 1, ... T steps, as (T+1, 1, H*H)."""
    at = _gradients_back(caches, dh)
    collected = [np.zeros_like(caches[0].params.W_hh)]
    for cache, g in zip(reversed(caches), at, strict=False):
        collected.append(collected[-1] + (g * (1 - cache.h**2)).T @ cache.h_prev)
    collected[0] = collected[1]
    return np.stack(collected).reshape(len(collected), 1, -1)


def _without_transposing(caches, dh) -> np.ndarray:
    going_back = [dh]
    for cache in reversed(caches):
        going_back.append(np.einsum("nij,nj->ni", step_jacobian(cache), going_back[-1]))
    return np.stack(going_back)


def _through_the_transpose(caches, dh) -> np.ndarray:
    going_back = [dh]
    for cache in reversed(caches):
        going_back.append((going_back[-1] * (1 - cache.h**2)) @ cache.params.W_hh.T)
    return np.stack(going_back)


def _forward_in_time(caches, dh) -> np.ndarray:
    return _gradients_back(caches[::-1], dh)


PROFILE = (
    Mistake(
        "a measure of the gradient of W_hh",
        "The gradient of the weights is a sum over all steps. Its recent terms never vanish, so it "
        "hides what happens to the early ones. Measure what arrives at each state.",
        _profile(back=_weight_gradients),
    ),
    Mistake(
        "the norm of a mean over sequences",
        "Gradients of different sequences point in different directions and cancel in a mean. First "
        "the norm of each, then the mean.",
        _profile(norm=lambda g: np.linalg.norm(g.mean(axis=1), axis=1)),
    ),
    Mistake(
        "one norm over the whole batch",
        "Taken over all sequences at once, the largest gradient decides alone. First the norm of each, then the mean.",
        _profile(norm=lambda g: np.linalg.norm(g.reshape(len(g), -1), axis=1)),
    ),
    Mistake(
        "a profile that is not normalised",
        "The profile begins with 1, whatever the size of dh.",
        _profile(relative=lambda norms: norms),
    ),
    Mistake(
        "a profile that is normalised at the wrong end, by the gradient at h_0",
        "It is a share of the gradient at the last state, which is entry 0. So it begins with 1.",
        _profile(relative=lambda norms: norms / norms[-1]),
    ),
    Mistake(
        "Jacobians multiplied from the wrong side: J @ dh",
        "Forward, a change of h_prev is multiplied by J. The way back is its transpose: sum over the new unit i.",
        _profile(back=_without_transposing),
    ),
    Mistake(
        "a way back on which W_hh is transposed",
        "Forward, h_prev is multiplied by W_hh.T. The way back is the transpose of the way forward.",
        _profile(back=_through_the_transpose),
    ),
    Mistake(
        "squared norms",
        "The norm is the root of the sum of squares. Squares vanish twice as fast.",
        _profile(norm=lambda g: (g**2).sum(axis=2).mean(axis=1)),
    ),
    Mistake(
        "a walk that begins at the first step",
        "The loss is on the last state. Which cache comes first on the way back?",
        _profile(back=_forward_in_time),
    ),
    Mistake(
        "factors from one step to the next",
        "What is left after k steps is the product of k factors. Compare each norm with that at the last state.",
        _profile(relative=lambda norms: np.concatenate([[1.0], norms[1:] / norms[:-1]])),
    ),
)


# Initial weights.


def _polar(A) -> np.ndarray:
    U, _, Vt = np.linalg.svd(A)
    return U @ Vt


ORTHOGONAL = (
    Mistake(
        "signs that are left to the library",
        "np.linalg.qr may return a column of Q with its sign reversed, and the row of R with it. "
        "Look at the diagonal of R.",
        lambda A: np.linalg.qr(A)[0],
    ),
    Mistake(
        "signs on the rows in place of the columns",
        "A sign that leaves Q belongs to a column of Q. Which axis does your product scale?",
        lambda A: np.sign(np.diag(np.linalg.qr(A)[1]))[:, None] * np.linalg.qr(A)[0],
    ),
    Mistake(
        "columns of length one that are not at right angles",
        "Compute Q.T @ Q. Its diagonal is right. What about the rest?",
        lambda A: A / np.linalg.norm(A, axis=0),
    ),
    Mistake(
        "a matrix divided by its largest singular value",
        "Its longest direction keeps its length, the others still shrink. All singular values have to be 1.",
        lambda A: A / np.linalg.norm(A, 2),
    ),
    Mistake(
        "a matrix that is transposed",
        "This matrix is orthogonal, but its rows come from the columns of A.",
        lambda A: orthogonal(A).T.copy(),
    ),
    Mistake(
        "the triangular factor R",
        "np.linalg.qr returns Q and R, in this order. Which of them is orthogonal?",
        lambda A: (np.sign(np.diag(np.linalg.qr(A)[1])) * np.linalg.qr(A)[1].T).T,
    ),
    Mistake(
        "the orthogonal matrix that is nearest to A",
        "That is orthogonal too, and would serve. The exercise asks for the one of Gram-Schmidt, whose "
        "first column points along the first column of A.",
        _polar,
    ),
)


def _radius(W) -> float:
    """The spectral radius: the largest absolute value of an eigenvalue."""
    return float(np.abs(np.linalg.eigvals(W)).max())


def _scaled_by(measure: Callable) -> Callable:
    """W scaled as if `measure` were its spectral radius."""
    return lambda W, radius: W * (radius / measure(W))


def _in_place(W, radius):
    W *= radius / _radius(W)
    return W


RADIUS = (
    Mistake(
        "a matrix scaled by its norm: the largest singular value",
        "The norm says how much one product can stretch, the spectral radius how much many products "
        "stretch. They are equal only for special matrices.",
        _scaled_by(lambda W: np.linalg.norm(W, 2)),
    ),
    Mistake(
        "a matrix scaled by its Frobenius norm",
        "np.linalg.norm(W) is the root of the sum of squares. The spectral radius comes from the eigenvalues.",
        _scaled_by(np.linalg.norm),
    ),
    Mistake(
        "eigenvalues compared by their real part",
        "Eigenvalues can be complex or negative. Which function gives their distance from zero?",
        _scaled_by(lambda W: np.linalg.eigvals(W).real.max()),
    ),
    Mistake(
        "eigenvalues of a symmetric matrix: eigvalsh",
        "np.linalg.eigvalsh reads one triangle only and takes the matrix for symmetric. W is not.",
        _scaled_by(lambda W: np.abs(np.linalg.eigvalsh(W)).max()),
    ),
    Mistake(
        "the first eigenvalue that np.linalg.eigvals gives, taken for the largest",
        "They come in no order. Ask for the largest of all absolute values.",
        _scaled_by(lambda W: np.abs(np.linalg.eigvals(W)[0])),
    ),
    Mistake(
        "the largest real part without its sign",
        "A complex eigenvalue is further from zero than its real part. np.abs gives that distance.",
        _scaled_by(lambda W: np.abs(np.linalg.eigvals(W).real).max()),
    ),
    Mistake(
        "a spectral radius of 1: `radius` is not used",
        "After the scaling compute the radius again. Is it the one that was asked for?",
        lambda W, radius: W / _radius(W),
    ),
    Mistake(
        "a matrix that is not divided by its own radius",
        "After the scaling compute the radius again. Is it the one that was asked for?",
        lambda W, radius: W * radius,
    ),
    Mistake(
        "a matrix that is changed in place",
        "`W *= ...` changes the caller's array. Return a new one.",
        _in_place,
    ),
)


# Recall.


def _share_with(read: Callable) -> Callable:
    """The share of right answers if `read` gives the scores (N, K)."""
    return lambda hs, y, W_out, b_out: float((read(hs, W_out, b_out).argmax(axis=1) == y).mean())


RECALL = (
    Mistake(
        "answers after every step, not after the last",
        "The question comes at the end. Only the last state answers.",
        lambda hs, y, W_out, b_out: float(((hs @ W_out.T + b_out).argmax(axis=2) == y[:, None]).mean()),
    ),
    Mistake(
        "the first state in place of the last",
        "The first state has just seen the symbol: that is reading, not recall.",
        _share_with(lambda hs, W_out, b_out: hs[:, 0] @ W_out.T + b_out),
    ),
    Mistake(
        "the mean state over time in place of the last",
        "A mean over time contains the early states, so nothing has to be remembered.",
        _share_with(lambda hs, W_out, b_out: hs.mean(axis=1) @ W_out.T + b_out),
    ),
    Mistake(
        "a number of right answers, not a share",
        "Divide by the number of sequences.",
        lambda hs, y, W_out, b_out: recall_accuracy(hs, y, W_out, b_out) * len(y),
    ),
    Mistake(
        "percent, not a share",
        "A share lies between 0 and 1.",
        lambda hs, y, W_out, b_out: recall_accuracy(hs, y, W_out, b_out) * 100,
    ),
    Mistake(
        "a read-out without its bias",
        "The read-out is a product and a bias. Which of the weights does nothing in yours?",
        _share_with(lambda hs, W_out, b_out: hs[:, -1] @ W_out.T),
    ),
)

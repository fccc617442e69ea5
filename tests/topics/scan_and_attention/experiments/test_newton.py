"""Newton's method on a GRU: its Jacobian, what it converges to, and how."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from coursekit.reference import gru
from coursekit.topics.scan_and_attention.experiments import newton
from coursekit.topics.scan_and_attention.mistakes import NEWTON

RNG = np.random.default_rng(3)
N, T, D, H = 2, 30, 3, 4
X, H0, PARAMS = RNG.standard_normal((N, T, D)), RNG.uniform(-1, 1, (N, H)), gru.init(D, H, RNG)


def test_the_jacobian_is_that_of_central_differences():
    h, cache = gru.step(X[:, 0], H0, PARAMS)
    J = newton.gru_jacobian(cache)
    for j in range(H):
        step = 1e-6 * np.eye(H)[j]
        up, down = (gru.step(X[:, 0], H0 + sign * step, PARAMS)[0] for sign in (1, -1))
        np.testing.assert_allclose(J[:, :, j], (up - down) / 2e-6, atol=1e-9)


def guesses(count, step=newton.newton_step):
    return list(itertools.islice(newton.rounds(X, H0, PARAMS, step), count))


def test_the_rounds_end_at_the_states_and_square_their_error():
    states, _ = gru.forward(X, H0, PARAMS)
    errors = [np.abs(guess - states).max() for guess in guesses(7)]
    assert errors[-1] < 1e-14
    assert any(later < 10 * earlier**2 for earlier, later in itertools.pairwise(errors) if 1e-6 < earlier < 1e-2)


def test_after_k_rounds_the_first_k_states_are_exact():
    states, _ = gru.forward(X, H0, PARAMS)
    for k, guess in enumerate(guesses(4)):
        np.testing.assert_allclose(guess[:, :k], states[:, :k], atol=1e-14)


@pytest.mark.parametrize("mistake", NEWTON[:11], ids=lambda mistake: mistake.name)
def test_a_wrong_step_needs_more_rounds_or_ends_elsewhere(mistake):
    states, _ = gru.forward(X, H0, PARAMS)
    right, wrong = (np.abs(guesses(5, step)[-1] - states).max() for step in (newton.newton_step, mistake.implement))
    assert right < 1e-10 < wrong


def test_infinity_ends_a_run_and_is_told(tiny):
    assert newton.errors(1.0, 0, tiny)[-1] < 1e-13
    lost = newton.errors(1.0, 0, tiny, lambda guess, f, J: f * np.inf)
    assert lost[1:] == [float("inf")]

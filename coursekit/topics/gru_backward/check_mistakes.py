"""How a check can be too kind or too strict: the known mistakes of write_check, as checks that can be run."""

from __future__ import annotations

from collections.abc import Callable

from coursekit.checking import Mistake
from coursekit.topics.gru_backward.answers import write_check
from coursekit.topics.gru_backward.candidates import Setting


def _check(**setting) -> Callable[..., bool]:
    """A check that accepts what passes in this setting."""
    return lambda candidate: Setting("", **setting).accepts(candidate)


CHECKS = (
    Mistake(
        "a check with one time step",
        "With T = 1 nothing goes from step to step. All that can be wrong there is hidden.",
        _check(T=1),
    ),
    Mistake(
        "a check with one time step that begins at h0 = 0",
        "The old state is zero, so whatever is multiplied by it is hidden, and so is all that happens between steps.",
        _check(T=1, zero_h0=True),
    ),
    Mistake(
        "a check in which all biases are zero",
        "Many networks begin with zero biases. A bias that is missing or in the wrong place is then hidden.",
        _check(zero_biases=True),
    ),
    Mistake(
        "a check that begins at h0 = 0 and compares the last state only",
        "Each of the two hides something. Compare every state, and begin with an h0 that is not zero.",
        _check(zero_h0=True, last_only=True),
    ),
    Mistake(
        "a check with tiny weights and a fixed tolerance",
        "Weights of 0.01 make all differences tiny too, and they slip below the tolerance. Take weights as a network "
        "has them, and a tolerance that is small beside the states.",
        _check(scale=0.01, tolerance=0.01, absolute=True),
    ),
    Mistake(
        "a check with a tolerance as large as the states",
        "How large is an error that you want to see, and how large is rounding? There are many decades between them.",
        _check(tolerance=1.0),
    ),
    Mistake(
        "a check for equal bits",
        "Right code may add in another order, and then differs in the last digit. Allow for rounding.",
        _check(tolerance=0.0),
    ),
    Mistake(
        "a check that float32 arithmetic cannot pass",
        "A right GRU in float32 differs by about 1e-7 of the largest state at each step, and is right all the same.",
        _check(tolerance=1e-9),
    ),
    Mistake(
        "True and False exchanged",
        "True means: this candidate is right.",
        lambda candidate: not write_check(candidate),
    ),
)

"""The known mistakes of lesson 06b in Adam, in batches and in early stopping, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from coursekit.checking import Mistake

# Adam.


def _adam(
    learn_m: Callable[[np.ndarray], np.ndarray] = lambda g: g,
    learn_v: Callable[[np.ndarray], np.ndarray] = np.square,
    corrects: str = "mv",
    count: int = 0,
    root: Callable[[np.ndarray, float], np.ndarray] = lambda v, eps: np.sqrt(v) + eps,
    swapped: bool = False,
    share: bool = True,
    sign: float = 1.0,
    keeps_corrected: bool = False,
    moves_along: str = "m",
) -> Callable:
    """Adam with something else in one place. count: what is added to t. share: whether new values get 1 - beta."""

    def adam_step(weight, gradient, m, v, t, lr, beta1, beta2, eps):
        if swapped:
            beta1, beta2 = beta2, beta1
        m = beta1 * m + ((1 - beta1) if share else 1) * learn_m(gradient)
        v = beta2 * v + ((1 - beta2) if share else 1) * learn_v(gradient)
        with np.errstate(all="ignore"):
            m_hat = m / (1 - beta1 ** (t + count)) if "m" in corrects else m
            v_hat = v / (1 - beta2 ** (t + count)) if "v" in corrects else v
            step = (gradient if moves_along == "g" else m_hat) / root(v_hat, eps)
        new = weight - sign * lr * step
        return (new, m_hat, v_hat) if keeps_corrected else (new, m, v)

    return adam_step


def _eps_before_the_correction(weight, gradient, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return weight - rate * m / (np.sqrt(v) + eps), m, v


def _eps_beside_the_quotient(weight, gradient, m, v, t, lr, beta1, beta2, eps):
    new, m, v = _adam(root=lambda v, eps: np.sqrt(v))(weight, gradient, m, v, t, lr, beta1, beta2, eps)
    return new + eps, m, v


def _decayed(decay: float, with_gradient: bool = False) -> Callable:
    """Adam with weight decay: of the weight beside the step (AdamW), or as a part of the gradient."""

    def adam_step(weight, gradient, *rest):
        new, m, v = _adam()(weight, gradient + decay * weight if with_gradient else gradient, *rest)
        return new - (0 if with_gradient else rest[3] * decay * weight), m, v

    return adam_step


def _looking_ahead(weight, gradient, m, v, t, lr, beta1, beta2, eps, later: int = 1):
    """NAdam (Dozat 2016). later: by how much the correction of m is that of a later step."""
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    ahead = beta1 * m / (1 - beta1 ** (t + later)) + (1 - beta1) * gradient / (1 - beta1**t)
    return weight - lr * ahead / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def _largest(weight, gradient, m, v, t, lr, beta1, beta2, eps):
    """AdaMax (Kingma and Ba 2015, algorithm 2)."""
    m = beta1 * m + (1 - beta1) * gradient
    v = np.maximum(beta2 * v, np.abs(gradient))
    return weight - lr / (1 - beta1**t) * m / (v + eps), m, v


def _new_for_old(weight, gradient, m, v, t, lr, beta1, beta2, eps, both=True):
    m = (1 - beta1) * m + beta1 * gradient
    v = (1 - beta2) * v + beta2 * gradient**2 if both else beta2 * v + (1 - beta2) * gradient**2
    return weight - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def _beta2_for_both(weight, gradient, m, v, t, lr, beta1, beta2, eps):
    new_m = beta2 * m + (1 - beta2) * gradient
    new_v = beta2 * v + (1 - beta2) * gradient**2
    return weight - lr * new_m / (1 - beta1**t) / (np.sqrt(new_v / (1 - beta2**t)) + eps), new_m, new_v


ADAM = (
    Mistake(
        "a step without the correction of m and v",
        "m and v begin at zero, so that the first averages are too small. By which factor, at step t?",
        _adam(corrects=""),
    ),
    Mistake(
        "a step in which only m is corrected",
        "v begins at zero as well.",
        _adam(corrects="m"),
    ),
    Mistake(
        "a step in which only v is corrected",
        "m begins at zero as well.",
        _adam(corrects="v"),
    ),
    Mistake(
        "steps that are counted from 0",
        "The first step is t = 1. With t - 1 in the exponent its correction divides by zero.",
        _adam(count=-1),
    ),
    Mistake(
        "steps that are counted once more inside",
        "t is the number of this step already: the first is 1.",
        _adam(count=1),
    ),
    Mistake(
        "eps inside of the root",
        "Under the root eps counts as its own square root, which is 10,000 times larger. Where does it belong?",
        _adam(root=lambda v, eps: np.sqrt(v + eps)),
    ),
    Mistake(
        "eps beside the root of the uncorrected v, as Keras has it",
        "eps is added to the root of the corrected average.",
        _eps_before_the_correction,
    ),
    Mistake(
        "a division without eps, which is missing or is added after it",
        "Where a gradient has always been zero, v is zero too. eps stands below the line, beside the root.",
        _adam(root=lambda v, eps: np.where(v > 0, np.sqrt(v), 1.0)),
        also=(_adam(root=lambda v, eps: np.sqrt(v)), _eps_beside_the_quotient),
    ),
    Mistake(
        "a division by v and not by its root",
        "m has the unit of a gradient, v that of its square. What is the unit of their quotient?",
        _adam(root=lambda v, eps: v + eps),
    ),
    Mistake(
        "v as an average of the gradient or of its size, not of its square",
        "The root is taken later: what is averaged is the square.",
        _adam(learn_v=np.abs),
        also=(_adam(learn_v=lambda gradient: gradient),),
    ),
    Mistake(
        "the shares of old and new exchanged: (1 - beta) * m + beta * gradient",
        "beta is near 1: most of an average is what it was before.",
        _new_for_old,
        also=(lambda *args: _new_for_old(*args, both=False),),
    ),
    Mistake(
        "beta1 and beta2 exchanged, or beta2 in both places",
        "beta1 belongs to m, beta2 to v.",
        _adam(swapped=True),
        also=(_beta2_for_both,),
    ),
    Mistake(
        "averages to which the whole gradient is added",
        "An average gives the new value only the share 1 - beta.",
        _adam(share=False),
    ),
    Mistake(
        "a step uphill",
        "The gradient points to where the loss grows.",
        _adam(sign=-1.0),
    ),
    Mistake(
        "a step along the gradient of this step alone",
        "m is the direction; what is divided by the root of v is m, corrected.",
        _adam(moves_along="g"),
    ),
    Mistake(
        "the corrected m and v returned",
        "The next step goes on from the averages as they are. If they are corrected each time, what do they become?",
        _adam(keeps_corrected=True),
    ),
    Mistake(
        "Adam with weight decay, as in AdamW",
        "Something pulls the weight towards zero besides the gradient. Plain Adam has no such term.",
        _decayed(0.01),
        also=(
            *(_decayed(decay) for decay in (0.1, 1e-3, 1e-4)),
            *(_decayed(decay, with_gradient=True) for decay in (0.1, 0.01, 1e-3, 1e-4)),
        ),
    ),
    Mistake(
        "Adam that looks ahead, with Nesterov's momentum, as in NAdam",
        "The gradient counts once: in m. What is divided by the root of v is m, corrected, and nothing besides.",
        _looking_ahead,
        also=(lambda *args: _looking_ahead(*args, later=0),),
    ),
    Mistake(
        "the largest gradient in the place of v, as in AdaMax",
        "v is an average of squares, whose root is taken later.",
        _largest,
    ),
)


# Batches.


def _batches(
    starts: Callable[[int, int], Sequence[int]] = lambda N, size: range(0, N, size),
    rows_of: Callable[[np.ndarray], np.ndarray] = lambda order: order,
    shuffles: Callable[[int], bool] = lambda place: True,
) -> Callable:
    """Batches with something else in one place. shuffles: whether the array at this place is put in order."""

    def shuffled_batches(arrays, order, size):
        rows, plain = rows_of(order), np.arange(len(order))
        return [
            tuple(
                array[(rows if shuffles(place) else plain)[start : start + size]] for place, array in enumerate(arrays)
            )
            for start in starts(len(order), size)
        ]

    return shuffled_batches


def _filled_up(arrays, order, size):
    more = np.concatenate([order, order[: -len(order) % size]])
    return _batches()(arrays, more, size)


def _as_many_batches(arrays, order, size):
    return [tuple(array[rows] for array in arrays) for rows in np.array_split(order, size)]


BATCHES = (
    Mistake(
        "the last, smaller batch left out",
        "N = 10 rows in batches of 4: where do the last two go? Without them some rows are not learnt from.",
        _batches(starts=lambda N, size: range(0, N - size + 1, size)),
    ),
    Mistake(
        "a last batch that is filled up with rows from the beginning",
        "Each row comes once in an epoch. The last batch may be smaller.",
        _filled_up,
    ),
    Mistake(
        "rows in the order in which they lie",
        "What is `order` for?",
        _batches(shuffles=lambda place: False),
    ),
    Mistake(
        "inputs shuffled and targets left where they were",
        "Row k of each array belongs together. Are all arrays put in the same order?",
        _batches(shuffles=lambda place: place == 0),
    ),
    Mistake(
        "the order read backwards: where a row goes, not which row comes",
        "order[0] is the row that comes first.",
        _batches(rows_of=np.argsort),
    ),
    Mistake(
        "batches that overlap",
        "By how much does the start move on from one batch to the next?",
        _batches(starts=lambda N, size: range(max(1, N - size + 1))),
    ),
    Mistake(
        "`size` batches, not batches of `size` rows",
        "size is a number of rows. The number of batches follows from it.",
        _as_many_batches,
    ),
)


# Early stopping.


def _stopping(
    best_of: Callable[[np.ndarray], int] = lambda losses: int(np.nanargmin(losses)),
    waited: Callable[[np.ndarray, int], int] = lambda losses, best: len(losses) - 1 - best,
    longer: int = 0,
    told: Callable[[np.ndarray, int], int] = lambda losses, best: best,
) -> Callable:
    """Early stopping with something else in one place. longer: epochs beyond patience."""

    def early_stopping(losses, patience):
        losses = np.asarray(losses, dtype=float)
        best = best_of(losses)
        return told(losses, best), bool(waited(losses, best) >= patience + longer)

    return early_stopping


def _in_a_row(losses: np.ndarray, best: int) -> int:
    """How many of the last losses are each larger than the one before."""
    rises = np.diff(losses) > 0
    return len(rises) if rises.all() else int(rises[::-1].argmin())


def _in_all(losses: np.ndarray, best: int) -> int:
    """How many epochs brought no new best."""
    before = np.fmin.accumulate(losses)[:-1]
    return int((~(losses[1:] < before)).sum())


def _last_fall(losses: np.ndarray) -> int:
    falls = np.flatnonzero(np.diff(losses) < 0)
    return int(falls[-1]) + 1 if len(falls) else 0


STOPPING = (
    Mistake(
        "NaN taken for the smallest loss",
        "np.argmin finds NaN before any number. A loss that is not a number cannot be the best.",
        _stopping(best_of=lambda losses: int(np.argmin(losses))),
    ),
    Mistake(
        "the last of equal losses",
        "An epoch that is only as good brings nothing new: the first one is kept, and the waiting goes on.",
        _stopping(best_of=lambda losses: int(np.flatnonzero(losses == np.nanmin(losses))[-1])),
    ),
    Mistake(
        "one epoch more than patience allows",
        "With patience = 1 training stops after the first epoch that brings no new best.",
        _stopping(longer=1),
    ),
    Mistake(
        "an answer of False to whether to stop, whatever the losses are",
        "Once `patience` epochs have passed since the best, the answer is True.",
        lambda losses, patience: (_stopping()(losses, patience)[0], False),
    ),
    Mistake(
        "one epoch less than patience allows",
        "With patience = 1 training stops after the first epoch that brings no new best, and not at the best one.",
        _stopping(longer=-1),
    ),
    Mistake(
        "rises counted in a row",
        "A loss may fall a little and stay above the best. Such an epoch uses up patience too.",
        _stopping(waited=_in_a_row),
    ),
    Mistake(
        "a count that is not set back by a new best",
        "What matters is how long ago the best one was, not how many epochs were bad in all.",
        _stopping(waited=_in_all),
    ),
    Mistake(
        "each loss compared with the one before, not with the best",
        "Lower than in the last epoch is not yet lower than ever.",
        _stopping(best_of=_last_fall),
    ),
    Mistake(
        "the epoch of the largest loss",
        "A loss should be small.",
        _stopping(best_of=lambda losses: int(np.nanargmax(losses))),
    ),
    Mistake(
        "epochs counted from 1",
        "Epochs are counted as Python counts places in a list.",
        _stopping(told=lambda losses, best: best + 1),
    ),
    Mistake(
        "the epoch at which training stops returned as the best",
        "The weights that are kept are older than the epoch at which the waiting ends.",
        _stopping(told=lambda losses, best: len(losses) - 1),
    ),
)

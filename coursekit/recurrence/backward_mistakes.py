"""Back through time with any cell: the known mistakes of the loop, as answers that can be run.

`back` is the loop with every line exchangeable. `backward_mistakes` are those that the LSTM and the GRU have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from coursekit.checking import Mistake


def back(
    step_backward: Callable,
    dhs,
    last: Sequence,
    caches: Sequence,
    arrive: Callable = lambda dh_t, dh_next, is_last: dh_t + dh_next,
    keep: Callable = lambda total, new: [a + b for a, b in zip(total, new, strict=True)],
    pass_on: Callable = lambda handed, before: handed,
    times: Callable = lambda T: reversed(range(T)),
) -> tuple[np.ndarray, ...]:
    """dx (N, T, D), the gradients at the state before the first step, and those of the four weights.

    step_backward: (dh, ..., cache) -> dx, dh_prev, ..., dW_ih, dW_hh, db_ih, db_hh, as in `coursekit.reference`.
    dhs (N, T, H): the gradient of each step's own loss. last: gradients at the last step for what the cell carries
    beside h, one (N, H) array for an LSTM, none for a GRU. The defaults are the right answer.
    """
    T, states = len(caches), 1 + len(last)
    dx, total = [None] * T, [np.zeros_like(p) for p in caches[0].params]
    carried = [np.zeros_like(dhs[:, 0]), *last]
    for t in times(T):
        dh = arrive(dhs[:, t], carried[0], t == T - 1)
        dx[t], *new = step_backward(dh, *carried[1:], caches[t])
        carried = pass_on(new[:states], carried)
        total = keep(total, new[states:])
    return (np.stack(dx, axis=1), *carried, *total)


def backward_mistakes(step_backward: Callable, dW_hh: Callable, new_h: Callable) -> Iterator[Mistake]:
    """What goes wrong between the steps of any cell. An answer is called with (dhs, *last, caches).

    dW_hh: (dh, ..., cache, h) -> the gradient of W_hh (G·H, H) if the state h had stood before the step.
    new_h: gives the state after a step from the step's cache.
    """

    def wrong(**lines: Callable) -> Callable:
        return lambda dhs, *rest: back(step_backward, dhs, rest[:-1], rest[-1], **lines)

    def from_state(state_for: Callable) -> Callable:
        def back_from(dhs, *rest):
            def step(*args):
                *first, _, db_ih, db_hh = step_backward(*args)
                return (*first, dW_hh(*args, state_for(args[-1], rest[-1])), db_ih, db_hh)

            return back(step, dhs, rest[:-1], rest[-1])

        return back_from

    def dx_reversed(dhs, *rest):
        dx, *others = back(step_backward, dhs, rest[:-1], rest[-1])
        return (dx[:, ::-1].copy(), *others)

    def mean_over_time(dhs, *rest):
        *first, dW_ih, dW_hh, db_ih, db_hh = back(step_backward, dhs, rest[:-1], rest[-1])
        return (*first, *(dw / len(rest[-1]) for dw in (dW_ih, dW_hh, db_ih, db_hh)))

    yield Mistake(
        "weight gradients that are overwritten at every step",
        "Every step used the same weights, so every step contributes. What becomes of the contribution of the step "
        "before when the next one arrives?",
        wrong(keep=lambda total, new: new),
    )
    yield Mistake(
        "a hand-over that replaces the loss of each step: dh = dh_next",
        "A state is used twice: by its own loss and by the next state. Both gradients arrive at it.",
        wrong(arrive=lambda dh_t, dh_next, is_last: dh_t if is_last else dh_next),
    )
    yield Mistake(
        "no hand-over of dh: dh = dhs[:, t]",
        "A state is used twice: by its own loss and by the next state. What arrives from the next one?",
        wrong(arrive=lambda dh_t, dh_next, is_last: dh_t),
    )
    yield Mistake(
        "a loop that runs forward in time",
        "What arrives at step t from the future has to be known first. So where does the loop begin?",
        wrong(times=range),
    )
    yield Mistake(
        "a hand-over that piles up: dh_next += dh_prev",
        "dh_prev of step t holds everything from the future already. It takes the place of the old dh_next.",
        wrong(pass_on=lambda handed, before: [handed[0] + before[0], *handed[1:]]),
    )
    yield Mistake(
        "a gradient of W_hh built from the new state",
        "Which state did W_hh multiply in step t: the one before the step, or the one after it?",
        from_state(lambda cache, caches: new_h(cache)),
    )
    yield Mistake(
        "a gradient of W_hh that takes the last state for the state before the first",
        "Index -1 is the last step, not the one before the first. The first step came from h0: its cache holds it.",
        from_state(lambda cache, caches: new_h(caches[-1]) if cache is caches[0] else cache.h_prev),
    )
    yield Mistake(
        "a dx whose steps stand in reverse order",
        "The loop runs backwards, so a list that is appended to does too.",
        dx_reversed,
    )
    yield Mistake(
        "weight gradients that are a mean over time",
        "The steps are added up, as in the loss. A mean would be exactly T times smaller.",
        mean_over_time,
    )
    yield Mistake(
        "an upstream gradient that is changed in place: dhs[:, t] += dh_next",
        "The numbers are right, but dhs belongs to the caller, who may use it again. Put the sum into a new array.",
        wrong(arrive=lambda dh_t, dh_next, is_last: np.add(dh_t, dh_next, out=dh_t)),
    )

"""Lesson 08, what the articles claim: models of equal size, and comparisons that say how sure they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.results.intervals import t_table
from coursekit.topics.claims import mistakes
from coursekit.topics.claims.answers import equal_parameter_hidden_size, model_parameters, paired_comparison

LESSON = "08_claims"


def _draw_budgets(rng: np.random.Generator) -> Iterator[Draw]:
    """Budgets that a width meets exactly, misses by one, and lies between, nearer to either side: rounding shows only
    at such places. One width is beyond what a search that ends somewhere looks at.
    """
    cases = {"small": (3, 6), "exactly the budget": (10, 40), "one short of the next": (10, 40), "in between": (20, 90)}
    for name, (least, most) in cases.items():
        D, K, H = (int(k) for k in rng.choice(np.arange(least, most), 3, replace=False))
        H += 250 if name == "in between" else 0
        blocks = int(rng.choice([3, 4]))
        here, above = (model_parameters(blocks, D, wide, K) for wide in (H, H + 1))
        nearer = {"small": (2 * here + above) // 3, "in between": (here + 2 * above) // 3}
        budget = (nearer | {"exactly the budget": here, "one short of the next": above - 1})[name]
        yield Draw(name, {"budget": budget, "D": D, "K": K, "blocks": blocks}, {"D": D, "K": K})


register(
    Exercise(
        name="equal_parameter_hidden_size",
        lesson=LESSON,
        asks="The largest width H for which a model has at most `budget` parameters, and how many it then has.",
        reference=equal_parameter_hidden_size,
        returns=(Tensor("H", exact=True), Tensor("count", exact=True)),
        draw=_draw_budgets,
        mistakes=mistakes.HIDDEN_SIZE,
        hints=(
            "Write the count of one model first: W_ih, W_hh, two biases of the layer, and the read-out with its bias.",
            "W_ih (blocks*H, D), W_hh (blocks*H, H), b_ih and b_hh (blocks*H,), W_out (K, H), b_out (K,).",
            "The count grows with H. Start at H = 1 and go on while the next width still fits.",
        ),
        points=2,
    )
)


def _draw_pairs(rng: np.random.Generator) -> Iterator[Draw]:
    """Results of two models over S seeds. The seed decides most of both, so that pairing matters.

    The mean difference lies about half a half-width from zero: its interval contains zero, yet neither it nor an
    end is near zero, where a relative error would flag right answers.
    """
    for name, S in {"three seeds": 3, "five seeds": 5, "another five": 5, "ten seeds": 10, "eight seeds": 8}.items():
        seeds, own = (x / x.std() for x in rng.normal(size=(2, S)))
        seeds, own = 2 + seeds, 0.2 * own
        if S > 3:
            near = np.argsort(seeds)[[S // 2, S // 2 + 1]]
            seeds[near[1]] = seeds[near[0]] + (own[near[0]] - own[near[1]]) / 4  # a and b order these two oppositely
        half = t_table(30)[S - 1] * np.std(own, ddof=1) / np.sqrt(S)
        shift = float(rng.choice([-1, 1]) * half * rng.uniform(0.4, 0.6))
        yield Draw(name, {"a": seeds + own - own.mean() + shift, "b": seeds, "t_table": t_table(30).copy()}, {"S": S})


register(
    Exercise(
        name="paired_comparison",
        lesson=LESSON,
        asks="The mean of a - b over S seeds, with the low and the high end of its 95 % interval.",
        reference=paired_comparison,
        returns=(Tensor("difference"), Tensor("low"), Tensor("high")),
        draw=_draw_pairs,
        mistakes=mistakes.COMPARISON,
        hints=(
            "Entry s of a and entry s of b come from the same seed. Make S differences first; from there on only "
            "they count.",
            "The standard error of a mean is the standard deviation of the S numbers, divided by the square root of "
            "S. np.std needs ddof=1.",
            "The ends lie t_table[S - 1] standard errors to each side of the mean difference.",
        ),
        points=3,
    )
)

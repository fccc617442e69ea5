"""Three claims about little data, from the same runs: better, less prone to over-fitting, may over-fit."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.topics.claims.experiments import runs
from coursekit.topics.claims.experiments.problems import FEW_CHARACTERS, FEW_SEQUENCES
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import said

_PROBLEMS = (FEW_SEQUENCES, FEW_CHARACTERS)
_RISE = 1.1
_TRAINING_LOSS = 2.0  # nats for a character: both cells pass it


def better_on_small_data(settings: Settings, seeds: Sequence[int]) -> Result:
    """Best loss on unseen data, LSTM over GRU, both stopped at their best moment."""
    groups = _groups(settings, seeds)
    return Result(
        name="small_data",
        title="better on small data",
        claim="A GRU is better than an LSTM when there is little data.",
        quantity="loss on unseen data, LSTM divided by GRU, each at its best moment",
        claimed=(1.0, float("inf")),
        conditions=_conditions(settings, seeds),
        measurements=tuple(
            Measurement(name, runs.ratios(group["LSTM"], group["GRU"], of="best"), ratio=True)
            for name, group in groups.items()
        ),
        picture=runs.curves(groups),
    )


def over_fits_less(settings: Settings, seeds: Sequence[int]) -> Result:
    """How much larger the loss is on unseen data than on the training data, LSTM over GRU: after equally many steps,
    and at the moment when both have the same training loss, because the faster learner over-fits earlier.
    """
    groups = _groups(settings, seeds)
    equal = {
        cell: [unseen_at(one, _TRAINING_LOSS) for one in some] for cell, some in groups[FEW_CHARACTERS.name].items()
    }
    at_equal_loss = Measurement(
        f"text, both at training loss {_TRAINING_LOSS:g}",
        tuple(a / b for a, b in zip(equal["LSTM"], equal["GRU"], strict=True)),
        ratio=True,
    )
    return Result(
        name="less_over_fitting",
        title="over-fits less than the LSTM",
        claim="A GRU is less prone to over-fitting than an LSTM.",
        quantity="(unseen loss / training loss) of the LSTM divided by that of the GRU, after equally many steps",
        claimed=(1.0, float("inf")),
        conditions=_conditions(settings, seeds),
        measurements=tuple(
            Measurement(name, tuple(gap(a) / gap(b) for a, b in zip(group["LSTM"], group["GRU"], strict=True)), True)
            for name, group in groups.items()
        )
        + (at_equal_loss,),
        picture=runs.curves(groups, training=True),
    )


def may_over_fit(settings: Settings, seeds: Sequence[int]) -> Result:
    """By how much the GRU's loss on unseen data has risen at the end, over its best moment."""
    groups = _groups(settings, seeds)
    return Result(
        name="may_over_fit",
        title="may over-fit",
        claim="A GRU may over-fit on little data.",
        quantity="the GRU's loss on unseen data at the end divided by that at its best moment",
        claimed=(_RISE, float("inf")),
        conditions=f"{_conditions(settings, seeds)}; claimed is a rise of at least {100 * (_RISE - 1):.0f} %",
        measurements=tuple(
            Measurement(name, tuple(one.last / one.best for one in group["GRU"]), True)
            for name, group in groups.items()
        ),
    )


def gap(run: runs.Run) -> float:
    """Loss on unseen data over loss on the training data, at the end."""
    return run.last / run.training[-1]


def unseen_at(run: runs.Run, training_loss: float) -> float:
    """Loss on unseen data at the moment when the training loss first fell to a value, by interpolation."""
    after = next((k for k, loss in enumerate(run.training) if loss <= training_loss), None)
    if after is None or after == 0:
        return run.unseen[-1 if after is None else 0]
    (a, b), (low, high) = run.training[after - 1 : after + 1], run.unseen[after - 1 : after + 1]
    return low + (a - training_loss) / (a - b) * (high - low)


def _groups(settings: Settings, seeds: Sequence[int]) -> dict[str, dict[str, list[runs.Run]]]:
    return {problem.name: runs.cells(problem, settings, seeds) for problem in _PROBLEMS}


def _conditions(settings: Settings, seeds: Sequence[int]) -> str:
    return (
        f"{said(settings.budget, 2, 1)}, for text {settings.text_budget:,}; {settings.few_sequences} sequences or "
        f"{settings.few_characters:,} characters, {settings.small_steps} steps; {len(seeds)} seeds, paired"
    )

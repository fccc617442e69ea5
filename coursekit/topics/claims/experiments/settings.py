"""How large the experiments are: QUICK for a notebook (about a minute), FULL for the recorded run (minutes)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Sizes of the experiments. Where models are compared at equal parameters, `budget` is what each may have."""

    seeds: int = 4
    budget: int = 1_000  # parameters of a model for a generated task
    text_budget: int = 6_000  # parameters of a model that reads characters
    N: int = 32  # sequences in a batch
    lr: float = 0.01  # Adam
    validations: int = 10  # how often a run is judged on data that it does not see
    T: int = 10  # steps of a sequence of the adding problem
    T_long: int = 50  # ... and of a long one
    T_count: int = 20  # ... of the counting problem, tested on twice as many
    T_wave: int = 30  # ... of a waveform in noise
    steps: int = 300  # of training
    long_steps: int = 200
    count_steps: int = 320
    text_steps: int = 150
    small_steps: int = 160
    few_sequences: int = 50  # a small data set for the adding problem
    few_characters: int = 1_000  # ... and for text
    dropout: float = 0.3
    rates: tuple[float, ...] = (0.001, 0.01, 0.1, 1.0)
    timed_H: int = 32  # units of the networks whose training is timed
    repetitions: int = 8  # of every timing
    timed_seconds: float = 0.02  # of one repetition


QUICK = Settings()
FULL = Settings(
    seeds=10,
    budget=2_000,
    T=20,
    T_long=100,
    steps=600,
    long_steps=500,
    count_steps=1_000,
    text_steps=600,
    small_steps=500,
    few_sequences=100,
    few_characters=4_000,
    rates=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
    timed_H=64,
    repetitions=20,
    timed_seconds=0.1,
)

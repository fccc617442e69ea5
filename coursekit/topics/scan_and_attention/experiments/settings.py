"""How large the experiments of lesson 19 are: QUICK for the notebook (about a minute), FULL for the recorded run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Sizes of the experiments. Models are compared at equal parameters: each is as wide as its budget lets it be."""

    seeds: int = 2
    N: int = 32  # sequences in a batch
    tested: int = 200  # sequences of a test
    parity_models: tuple[str, ...] = ("GRU", "minGRU", "minGRU, gates from -1 to 1", "Transformer")
    parity_budget: int = 2_000
    parity_T: int = 16  # the longest that is trained on
    parity_steps: int = 400
    parity_lr: float = 0.005
    parity_lengths: tuple[int, ...] = (16, 64, 256)
    recall_models: tuple[str, ...] = ("GRU", "minGRU", "Transformer", "GRU + attention")
    recall_seeds: int = 1
    recall_budget: int = 6_000
    recall_T: int = 32
    recall_pairs: int = 4
    recall_steps: int = 500
    recall_lr: float = 0.005
    recall_longest: int = 128  # steps of the test
    timed_T: tuple[int, ...] = (32, 64, 128, 256, 512)
    timed_H: int = 64
    timed_N: int = 4
    repetitions: int = 3  # of every timing
    timed_seconds: float = 0.02  # of one repetition, if a call is shorter
    newton_T: int = 200
    newton_H: int = 16
    newton_seeds: int = 3
    newton_rounds: int = 30
    newton_enough: float = 1e-13
    scales: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)  # of the weights, in multiples of PyTorch's first ones
    log_T: tuple[int, ...] = (16, 64, 256, 1024)


QUICK = Settings()
FULL = Settings(
    seeds=3,
    parity_models=("RNN", "GRU", "LSTM", "minGRU", "minGRU, gates from -1 to 1", "Transformer", "GRU + attention"),
    parity_T=24,
    parity_steps=600,
    parity_lengths=(24, 64, 256, 1024),
    recall_seeds=3,
    recall_steps=800,
    recall_longest=256,
    timed_T=(32, 64, 128, 256, 512, 1024),
    repetitions=5,
    newton_T=1_000,
    newton_seeds=10,
    scales=(1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
)

"""Settings so small that every experiment takes a blink; what they find means nothing."""

import pytest

from coursekit.topics.scan_and_attention.experiments import Settings

TINY = Settings(
    seeds=2, N=4, tested=8, parity_budget=600, parity_T=4, parity_steps=2, parity_lengths=(4, 8), recall_seeds=2,
    recall_budget=2_000, recall_T=16, recall_steps=2, recall_longest=32, timed_T=(2, 4), timed_H=4, repetitions=2,
    timed_seconds=1e-4, newton_T=20, newton_H=4, newton_seeds=2, scales=(1.0,), log_T=(4, 8),
)  # fmt: skip


@pytest.fixture
def tiny() -> Settings:
    return TINY

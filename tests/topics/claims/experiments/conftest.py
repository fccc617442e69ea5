"""Settings so small that every experiment takes a blink; what they find means nothing."""

import pytest

from coursekit.topics.claims.experiments import Settings

TINY = Settings(
    seeds=2, budget=150, text_budget=500, N=4, validations=2, T=6, T_long=8, T_count=6, T_wave=8, steps=4,
    long_steps=4, count_steps=4, text_steps=4, small_steps=4, few_sequences=6, few_characters=60, timed_H=4,
    repetitions=2, timed_seconds=0.001, rates=(0.001, 0.01, 0.1, 1.0),
)  # fmt: skip


@pytest.fixture
def tiny() -> Settings:
    return TINY

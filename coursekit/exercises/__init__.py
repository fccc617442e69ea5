"""What the course asks: one file per lesson, each registering its exercises when it is imported."""

from coursekit.exercises import (
    anomaly,
    bptt,
    claims,
    control,
    forecasting,
    gru,
    gru_backward,
    health,
    lstm,
    numerical_tools,
    pytorch,
    recommendation,
    robotics,
    speech,
    vanilla_rnn,
    vanishing,
)

__all__ = [
    "anomaly",
    "bptt",
    "claims",
    "control",
    "forecasting",
    "gru",
    "gru_backward",
    "health",
    "lstm",
    "numerical_tools",
    "pytorch",
    "robotics",
    "recommendation",
    "speech",
    "vanilla_rnn",
    "vanishing",
]

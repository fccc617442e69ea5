"""The figures of lesson 20, drawn."""

from __future__ import annotations

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn


def test_answers_row_by_row():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(10), (3, 8))
    probabilities[:, -1] = np.eye(10)[[0, 4, 7]]
    fig, said = drawn(plots.answers_by_row(rng.uniform(size=(3, 8, 8)), probabilities, [0, 4, 7]))
    assert [ax.get_title("left") for ax in fig.axes[:3]] == ["a 0", "a 4", "a 7"]
    assert "3 digits" in said and "after row 8 3" in said


def test_carried_or_reset():
    shares = {"carried": {1: 0.9, 4: 0.9, 8: 0.9}, "reset": {1: 0.1, 4: 0.5, 8: 0.9}}
    fig, said = drawn(plots.carried_or_reset(shares))
    assert [line.get_label() for line in fig.axes[0].lines] == ["carried", "reset"]
    np.testing.assert_allclose(fig.axes[0].lines[1].get_ydata(), [10, 50, 90])
    assert "reset: 10 %, 50 %, 90 %" in said


def test_rounding_by_row():
    size = np.linspace(0.2, 2, 12)
    errors = {"one scale": 0.02 / size, "each row": np.full(12, 0.005)}
    fig, said = drawn(plots.rounding_by_row(size, errors))
    assert len(fig.axes[0].lines) == 2 and "each row: 0.5 % in the median" in said


def test_right_answers_against_bytes():
    found = {
        "float32": [("16 units", 5672, 92.0), ("64 units", 58_000, 96.0)],
        "int8": [("16 units", 2160, 91.8), ("64 units", 16_900, 96.1)],
        "no network": [("nearest image", 77_805, 96.5)],
    }
    fig, said = drawn(plots.right_against_bytes(found, parts=(32, 256)))
    assert {"32 KB", "256 KB"} <= {text.get_text() for text in fig.axes[0].texts}
    assert "int8: 16 units 2.1 KB 91.8 %" in said


def test_latency_percentiles():
    latency = {"PyTorch": (100.0, 200.0, 600.0), "C, float32": (2.0, 2.2, 3.0)}
    fig, said = drawn(plots.latency_percentiles(latency, deadline=500))
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == ["PyTorch", "C, float32"]
    assert "C, float32 2, 2.2, 3 µs" in said and "500 µs between two rows" in said

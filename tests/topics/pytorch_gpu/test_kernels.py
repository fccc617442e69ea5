"""The kernel that lesson 07 prints, and its run in Triton's interpreter."""

import importlib.util

import pytest

from coursekit.topics.pytorch_gpu import kernels
from coursekit.topics.pytorch_gpu.agreement import LADDER


def test_a_kernel_is_shown_as_it_is_written():
    assert kernels.source_of("gru_forward").startswith("def gru_forward(")


def test_without_triton_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(kernels.CannotRun, match="pip install triton"):
        kernels.interpreted_errors()


@pytest.mark.slow
def test_the_interpreted_kernels_are_right_in_float32():
    pytest.importorskip("triton", reason="Triton is not installed")
    errors = kernels.interpreted_errors()
    assert list(errors) == ["hs", "dx", "dh0", "dW_ih", "dW_hh", "db_ih", "db_hh"]
    assert 0 < max(errors.values()) <= LADDER["float32"]

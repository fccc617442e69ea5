"""The parity ladder: right code holds each format's tolerance, and a large product in bfloat16 is better than many."""

import numpy as np
import pytest
import torch

from coursekit.topics.pytorch_gpu.agreement import LADDER, furthest, on_rung

ON_A_PROCESSOR = [rung for rung in LADDER if rung != "TF32"]


@pytest.mark.parametrize("rung", ON_A_PROCESSOR)
def test_right_code_holds_the_tolerance_of_its_format(rung):
    ours, exact = on_rung(rung, T=10)
    assert list(ours) == list(exact)
    assert [*exact][:3] == ["hs", "dx", "dweight_ih_l0"]
    errors = [furthest(ours[name], exact[name]) for name in exact]
    assert max(errors) <= LADDER[rung]


def test_a_coarser_format_has_a_larger_error():
    errors = [furthest(*(found["hs"] for found in on_rung(rung, T=10))) for rung in ("float64", "float32", "bfloat16")]
    assert errors[0] < errors[1] / 100 and errors[1] < errors[2] / 100


@pytest.mark.skipif(not torch.cuda.is_available(), reason="TF32 is a mode of NVIDIA GPUs")
def test_tf32_is_switched_off_again():
    before = torch.backends.cuda.matmul.allow_tf32
    ours, exact = on_rung("TF32", T=10)
    assert torch.backends.cuda.matmul.allow_tf32 == before
    assert 1e-6 < furthest(ours["hs"], exact["hs"]) <= LADDER["TF32"]


def test_arrays_and_tensors_are_compared_in_float64():
    a = torch.tensor([1.0, 2.0], requires_grad=True)
    assert furthest(a, np.array([1.0, 4.0])) == 0.5
    assert furthest(torch.tensor([1.5], dtype=torch.bfloat16), torch.tensor([1.0])) == 0.5

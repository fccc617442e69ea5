"""Right answers of lesson 07 in unusual styles, and what the lesson says about the kernel that it shows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

import coursekit.nn
from coursekit.checking import evaluate, registry
from tests.topics.answers import right

LESSON = Path(__file__).parents[3] / "solutions" / "07_pytorch_gpu" / "07_pytorch_gpu.md"


def rejected(name, answer):
    report = evaluate(name, answer)
    assert not report.passed
    return " ".join(report.text.split())


def test_the_exercises_are_known_without_importing_torch():
    program = "import sys, coursekit.topics.catalogue; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=300).returncode == 0


# Weights that move.


def keras_by_index(kernel, recurrent_kernel, bias):
    H = recurrent_kernel.shape[0]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    return {
        "W_ih": torch.tensor(kernel[:, order]).T,
        "W_hh": torch.tensor(recurrent_kernel.T[order]),
        "b_ih": bias[0, order],
        "b_hh": list(bias[1, order]),
    }


def keras_by_einsum(kernel, recurrent_kernel, bias):
    H = len(recurrent_kernel)
    swap = np.kron([[0, 1, 0], [1, 0, 0], [0, 0, 1]], np.eye(H))
    turned = [np.einsum("gk,dk->gd", swap, array) for array in (kernel, recurrent_kernel)]
    return [*turned, *(swap @ row for row in bias)]


@pytest.mark.parametrize("answer", [keras_by_index, keras_by_einsum])
def test_a_right_conversion_from_keras_passes_in_every_style(answer):
    right("from_keras", answer)


# Parity and timing.


def report_with_torch(ours, theirs, tolerance):
    rows = []
    for name in theirs:
        a, b = torch.tensor(ours[name]).double(), torch.tensor(theirs[name])
        error = torch.tensor(1.0).double()
        if a.shape == b.shape and a.isfinite().all():
            error = torch.linalg.vector_norm(a - b, ord=torch.inf) / torch.linalg.vector_norm(b, ord=torch.inf)
        rows.append(error)
    return {"errors": rows, "agrees": torch.stack(rows) <= tolerance}


def test_a_right_report_passes_with_torch():
    right("parity_report", report_with_torch)


def benchmark_with_one_clock_per_repeat(f, synchronise, clock, warm_up, calls, repeats):
    for _ in range(warm_up):
        f()
        synchronise()  # nobody measures here, so a wait does no harm
    looks = [clock()]
    while len(looks) <= repeats:
        [f() for _ in range(calls)]
        synchronise()
        looks.append(clock())
    times = np.diff(looks) / calls
    return np.median(times), times


def benchmark_that_waits_before_every_repeat(f, synchronise, clock, warm_up, calls, repeats):
    for _ in range(warm_up):
        f()
    times = []
    for _ in range(repeats):
        synchronise()
        start = clock()
        for _ in range(calls):
            f()
        synchronise()
        times.append((clock() - start) / calls)
    return sorted(times)[repeats // 2], times


@pytest.mark.parametrize("answer", [benchmark_with_one_clock_per_repeat, benchmark_that_waits_before_every_repeat])
def test_a_right_benchmark_passes_in_every_style(answer):
    right("benchmark", answer)


# The fused layer.


def fused_with_einsum(x, h0, W_ih, W_hh, b_ih, b_hh):
    H, h, hs = h0.shape[1], h0, []
    gx = torch.einsum("ntd,gd->tng", x, W_ih) + b_ih
    gx = torch.cat([gx[..., : 2 * H] + b_hh[: 2 * H], gx[..., 2 * H :]], -1)
    for g in gx:
        s = h @ W_hh.T
        r, z = torch.sigmoid(g + s)[:, : 2 * H].split(H, 1)
        n = torch.tanh(g[:, 2 * H :] + r * (s[:, 2 * H :] + b_hh[2 * H :]))
        h = (1 - z) * n + z * h
        hs.append(h)
    return torch.stack(hs, 1)


def fused_with_one_batched_product_for_the_gates(x, h0, W_ih, W_hh, b_ih, b_hh):
    (N, T, D), H = x.shape, h0.shape[1]
    gx = torch.addmm(b_ih, x.reshape(N * T, D), W_ih.t()).view(N, T, 3, H)
    U, b, h = W_hh.view(3, H, H).transpose(1, 2), b_hh.view(3, 1, H), h0
    hs = []
    for t in range(T):
        s_r, s_z, s_n = torch.baddbmm(b, h.expand(3, N, H), U)
        r, z = torch.sigmoid(gx[:, t, 0] + s_r), torch.sigmoid(gx[:, t, 1] + s_z)
        h = torch.lerp(torch.tanh(gx[:, t, 2] + r * s_n), h, z)
        hs.append(h)
    return torch.stack(hs, 1)


@pytest.mark.parametrize("answer", [fused_with_einsum, fused_with_one_batched_product_for_the_gates])
def test_a_right_fused_layer_passes_in_every_style(answer):
    right("gru_layer_fused", answer)


def test_a_layer_that_is_right_but_not_fused_is_told_how_many_products_it_makes():
    def layer(x, h0, W_ih, W_hh, b_ih, b_hh):
        cell = nn.GRUCell(x.shape[2], h0.shape[1], dtype=x.dtype)
        weights = dict(zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), (W_ih, W_hh, b_ih, b_hh), strict=True))
        h, hs = h0, []
        for x_t in x.unbind(1):
            h = torch.func.functional_call(cell, weights, (x_t, h))
            hs.append(h)
        return torch.stack(hs, 1)

    report = evaluate("gru_layer_fused", layer)
    assert report.diagnoses == ("a layer that projects the input inside the loop",)
    assert report.score == 0.5


# Sequences of unequal length.


def gru_layer_fused(*args):
    raise AssertionError("while run_packed is checked, the reference stands here")


def packed_with_the_earlier_function(x, lengths, forwards, backwards):
    N, T, _ = x.shape
    H = forwards[1].shape[1]
    hs, last = x.new_zeros(N, T, 2 * H), []
    for n, length in enumerate(lengths.tolist()):
        one, h0 = x[n : n + 1, :length], x.new_zeros(1, H)
        hs[n, :length, :H] = gru_layer_fused(one, h0, *forwards)[0]
        hs[n, :length, H:] = gru_layer_fused(one.flip(1), h0, *backwards).flip(1)[0]
        last.append(torch.cat([hs[n, length - 1, :H], hs[n, 0, H:]]))
    return hs, torch.stack(last)


def packed_by_pytorch(x, lengths, forwards, backwards):
    layer = nn.GRU(x.shape[2], forwards[1].shape[1], batch_first=True, bidirectional=True, dtype=x.dtype)
    with torch.no_grad():
        for parameter, weight in zip(layer.parameters(), (*forwards, *backwards), strict=True):
            parameter.copy_(weight)
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    out, h_n = layer(packed)
    out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=x.shape[1])
    return out, torch.cat([h_n[0], h_n[1]], 1)


def packed_step_by_step(x, lengths, forwards, backwards):
    """Two loops over time on the whole batch; a finished sequence keeps its state."""
    (N, T, _), H = x.shape, forwards[1].shape[1]
    halves, last = [], []
    for (W_ih, W_hh, b_ih, b_hh), order in ((forwards, range(T)), (backwards, reversed(range(T)))):
        h, states = x.new_zeros(N, H), [None] * T
        for t in order:
            a_r, a_z, a_n = F.linear(x[:, t], W_ih, b_ih).chunk(3, 1)
            s_r, s_z, s_n = F.linear(h, W_hh, b_hh).chunk(3, 1)
            r, z = torch.sigmoid(a_r + s_r), torch.sigmoid(a_z + s_z)
            new = torch.lerp(torch.tanh(a_n + r * s_n), h, z)
            running = (t < lengths)[:, None]
            h = torch.where(running, new, h)
            states[t] = h * running
        halves.append(torch.stack(states, 1))
        last.append(h)
    return torch.cat(halves, 2), torch.cat(last, 1)


@pytest.mark.parametrize("answer", [packed_with_the_earlier_function, packed_by_pytorch, packed_step_by_step])
def test_right_packing_passes_in_every_style(answer):
    right("run_packed", answer)


def test_sequences_of_one_length_would_hide_what_happens_in_the_padding():
    draws = registry.get("run_packed").draws(0)
    assert all(len(set(draw.args["lengths"])) == len(draw.args["lengths"]) for draw in draws)
    assert any(list(draw.args["lengths"]) != sorted(draw.args["lengths"], reverse=True) for draw in draws)


# The kernel that the lesson shows.


def test_every_line_that_the_lesson_explains_stands_in_the_kernel():
    quoted = re.findall(r"^\| `([^`]+)` \|", LESSON.read_text(encoding="utf-8"), flags=re.MULTILINE)
    source = (Path(coursekit.nn.__file__).parent / "gru" / "kernel.py").read_text(encoding="utf-8")
    kernel = next(n for n in ast.parse(source).body if getattr(n, "name", "") == "gru_forward")
    lines = {line.strip() for line in ast.get_source_segment(source, kernel).splitlines()}
    explained = [line for line in quoted if not line.startswith(("PERSIST", "STANDARD"))]
    assert len(explained) >= 10
    assert [line for line in explained if line not in lines] == []

"""Answers that are no plain functions of arrays, through the trusted grader: a check that is given candidates to call
(they stay on the grader's side of the channel), modules and layers that are differentiated inside the sandbox, a clock.

Each right answer gets full marks, each known mistake is named.
"""

import pytest

from tests.grading.run.one_answer import graded

CHECK = """
import numpy as np

def write_check(candidate):
    rng = np.random.default_rng(0)
    T, scale = 6, 5**-0.5
    x, h0 = rng.standard_normal((4, T, 3)), rng.uniform(-1, 1, (4, 5))
    shapes = ((15, 3), (15, 5), (15,), (15,))
    params = [rng.uniform(-scale, scale, shape) for shape in shapes]
    got, want = np.asarray(candidate(x, h0, tuple(params))), gru_forward(x, h0, tuple(params))
    return bool(got.shape == want.shape and np.abs(got - want).max() < 1e-4)
"""
MODULE = """
import torch
from torch import nn

class GRU(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        a = H**-0.5
        self.weight_ih_l0 = nn.Parameter(torch.empty(3 * H, D).uniform_(-a, a))
        self.weight_hh_l0 = nn.Parameter(torch.empty(3 * H, H).uniform_(-a, a))
        self.bias_ih_l0 = nn.Parameter(torch.empty(3 * H).uniform_(-a, a))
        self.bias_hh_l0 = nn.Parameter(torch.empty(3 * H).uniform_(-a, a))

    def forward(self, x, h0=None):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[1]) if h0 is None else h0[0]
        hs = []
        for x_t in x.unbind(1):
            xr, xz, xn = (x_t @ self.weight_ih_l0.T + self.bias_ih_l0).chunk(3, 1)
            hr, hz, hn = (h @ self.weight_hh_l0.T + self.bias_hh_l0).chunk(3, 1)
            r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
            n = torch.tanh(xn + r * hn)
            h = (1 - z) * n + z * h
            hs.append(h)
        return torch.stack(hs, 1), h[None]
"""
FUSED = """
import torch
import torch.nn.functional as F

def gru_layer_fused(x, h0, W_ih, W_hh, b_ih, b_hh):
    gx = F.linear(x, W_ih, b_ih).unbind(1)
    h, hs = h0, []
    for xs in gx:
        xr, xz, xn = xs.chunk(3, 1)
        hr, hz, hn = F.linear(h, W_hh, b_hh).chunk(3, 1)
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        h = torch.lerp(torch.tanh(xn + r * hn), h, z)
        hs.append(h)
    return torch.stack(hs, 1)
"""
TIMER = """
import numpy as np

def benchmark(f, synchronise, clock, warm_up, calls, repeats):
    for _ in range(warm_up):
        f()
    synchronise()
    times = []
    for _ in range(repeats):
        start = clock()
        for _ in range(calls):
            f()
        synchronise()
        times.append((clock() - start) / calls)
    return np.median(times), times
"""
STATE = """
import torch

def to_torch_state_dict(layers):
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return {f"{kind}_l{k}": torch.tensor(a) for k, layer in enumerate(layers) for kind, a in zip(kinds, layer)}
"""
RIGHT = {
    "to_torch_state_dict": STATE,
    "write_check": CHECK,
    "GRU": MODULE,
    "gru_layer_fused": FUSED,
    "benchmark": TIMER,
}
MISTAKES = [
    ("write_check", "T, scale = 6,", "T, scale = 1,", "a check with one time step"),
    ("write_check", "< 1e-4", "== 0", "a check for equal bits"),
    ("write_check", "< 1e-4", "< 1e-9", "a check that float32 arithmetic cannot pass"),
    ("GRU", "(1 - z) * n + z * h", "(1 - z) * h + z * n", "an update gate that writes"),
    ("GRU", "xn + r * hn", "xn + hn", "a candidate without the reset gate"),
    ("GRU", "else h0[0]", "else h0[0].detach()", "an initial state that is cut off from the graph"),
    ("gru_layer_fused", "(torch.tanh(xn + r * hn), h, z)", "(h, torch.tanh(xn + r * hn), z)", "of lerp exchanged"),
    (
        "gru_layer_fused",
        "F.linear(x, W_ih, b_ih).unbind(1)",
        "(F.linear(part, W_ih, b_ih) for part in x.unbind(1))",
        "a layer that projects the input inside the loop",
    ),
    ("benchmark", "        synchronise()\n        times", "        times", "a clock that stops before the device"),
    ("benchmark", "np.median(times)", "np.mean(times)", "mean"),
]


def report_of(server, name, source, earlier=""):
    result = graded(server, name, source, earlier)
    assert not result.faults
    return result.reports[name]


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_gets_full_marks(warm_server, name):
    report = report_of(warm_server, name, RIGHT[name])
    assert report.score == 1.0, report.text


@pytest.mark.parametrize(("name", "right", "wrong", "said"), MISTAKES)
def test_a_known_mistake_is_named(warm_server, name, right, wrong, said):
    assert RIGHT[name].count(right) == 1
    report = report_of(warm_server, name, RIGHT[name].replace(right, wrong))
    assert report.verdict == "wrong" and report.score < 1.0
    assert any(said in diagnosis for diagnosis in report.diagnoses), report.text


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("torch.tensor(a)", "a", "is no tensor of torch"),
        ("return {f", "return {'more': torch.ones(1)} | {f", "a dict with names"),
        ("return {f", "return {'bias': None, **{}} and {f", ""),
    ],
)
def test_arrays_and_more_names_are_no_state_dict_in_the_sandbox_either(warm_server, right, wrong, said):
    report = report_of(warm_server, "to_torch_state_dict", STATE.replace(right, wrong))
    assert report.passed is (not said) and said in " ".join(report.text.split()), report.text


def test_a_check_is_judged_with_a_right_gru_forward_whatever_its_author_wrote(warm_server):
    report = report_of(warm_server, "write_check", CHECK, earlier="def gru_forward(*args): raise NotImplementedError")
    assert report.score == 1.0, report.text


def test_a_check_learns_nothing_of_its_candidates_but_their_results(warm_server):
    """Neither name nor source of a wrong candidate is in the sandbox: what can be seen of one is the same for all."""
    curious = CHECK.replace(
        "    rng =", "    seen.add(repr(sorted(vars(candidate))) + candidate.__name__)\n    rng =", 1
    )
    curious = curious.replace("    return bool(", "    return len(seen) == 1 and bool(")
    report = report_of(warm_server, "write_check", curious, earlier="seen = set()")
    assert report.score == 1.0, report.text

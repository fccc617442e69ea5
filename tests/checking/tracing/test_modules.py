"""Reading along with modules of PyTorch: the forward pass and the methods that it calls."""

import pytest
import torch

from coursekit.checking import evaluate
from coursekit.checking.facts import EditKind
from tests.checking.tracing.cells import cell, first, words

MODULE = """
    from torch import nn

    class GRU(nn.Module):
        def __init__(self, D, H):
            super().__init__()
            start = torch.empty(3 * H, D).uniform_(-(H**-0.5), H**-0.5)
            self.weight_ih_l0 = nn.Parameter(start)
            self.weight_hh_l0 = nn.Parameter(torch.empty(3 * H, H).uniform_(-(H**-0.5), H**-0.5))
            self.bias_ih_l0 = nn.Parameter(torch.empty(3 * H).uniform_(-(H**-0.5), H**-0.5))
            self.bias_hh_l0 = nn.Parameter(torch.empty(3 * H).uniform_(-(H**-0.5), H**-0.5))

        def gates(self, gi, gh):
            i_r, i_z, i_n = gi.chunk(3, 1)
            h_r, h_z, h_n = gh.chunk(3, 1)
            reset = torch.sigmoid(i_r + h_r)
            update = torch.sigmoid(i_z + h_z)
            cand = torch.tanh(i_n + reset * h_n)
            return reset, update, cand

        def forward(self, x, h0=None):
            h = x.new_zeros(len(x), self.weight_hh_l0.shape[1]) if h0 is None else h0[0]
            states = []
            for t in range(x.shape[1]):
                gi = x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0
                gh = h @ self.weight_hh_l0.T + self.bias_hh_l0
                _, update, cand = self.gates(gi, gh)
                h = cand + update * (h - cand)
                states.append(h)
            return torch.stack(states, 1), h[None]
"""


def module(old="", new=""):
    assert not old or MODULE.count(old) == 1
    return cell(MODULE.replace(old, new) if old else MODULE, "GRU", torch=torch)


def test_a_right_one_passes():
    assert evaluate("GRU", module()).passed


@pytest.mark.parametrize(
    ("old", "new", "line", "function", "expected"),
    [
        ("i_z + h_z", "i_z - h_z", 16, "gates", "the update gate z"),
        ("reset * h_n", "update * h_n", 17, "gates", "the candidate n"),
        ("+ self.bias_hh_l0", "+ 0", 25, "", ""),
        ("update * (h - cand)", "update * cand", 27, "", "the state h"),
        ("x.new_zeros(", "x.new_ones(", 25, "", ""),  # right with an h0, wrong without
        ("h[None]", "cand[None]", 29, "", ""),
    ],
)
def test_the_first_wrong_line(old, new, line, function, expected):
    wrong = first(evaluate("GRU", module(old, new), search=0))
    assert (wrong.line, wrong.function, " ".join(wrong.expected)) == (line, function, expected)


def test_right_lines_are_told_before_it():
    said = words(evaluate("GRU", module("i_z + h_z", "i_z - h_z"), search=0))
    assert "`reset = torch.sigmoid(i_r + h_r)`: that is the reset gate r, right." in said


def test_where_only_gradients_are_wrong_no_line_is_blamed():
    report = evaluate("GRU", module("states.append(h)", "states.append(h); h = h.detach()"), search=0)
    assert not report.passed and report.along == ()


def test_nor_is_one_of_pytorch_whose_decorator_has_taken_the_gradients_away():
    report = evaluate("GRU", module("        def forward", "        @torch.no_grad()\n        def forward"), search=0)
    assert not report.passed and report.along == ()


@pytest.mark.parametrize("form", ["decorated", "inherited"])
def test_the_first_wrong_line_of_a_forward_pass_under_a_decorator_or_of_a_parent(form):
    source = MODULE.replace("i_z + h_z", "i_z - h_z")
    if form == "decorated":
        source = source.replace("        def forward", "        @torch.enable_grad()\n        def forward")
    else:
        source = source.replace("class GRU", "class Parent") + "\n    class GRU(Parent):\n        pass\n"
    wrong = first(evaluate("GRU", cell(source, "GRU", torch=torch), search=0))
    assert (wrong.line, wrong.function) == (16, "gates")


INNER = """
    class Gates(nn.Module):
        def forward(self, gi, gh):
            a, b, c = gi.chunk(3, 1)
            d, e, f = gh.chunk(3, 1)
            update = 0.9 * torch.sigmoid(b + e)
            cand = torch.tanh(c + torch.sigmoid(a + d) * f)
            return update, cand

    class GRU(nn.Module)"""


def test_a_module_inside_of_the_module_is_followed():
    source = MODULE.replace("    class GRU(nn.Module)", INNER.lstrip("\n")).replace(
        "super().__init__()", "super().__init__(); self.inner = Gates()"
    )
    source = source.replace("_, update, cand = self.gates(gi, gh)", "update, cand = self.inner(gi, gh)")
    wrong = first(evaluate("GRU", cell(source, "GRU", torch=torch), search=0))
    assert (wrong.source, wrong.function) == ("update = 0.9 * torch.sigmoid(b + e)", "forward")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "kind", "part", "names"),
    [
        ("i_z + h_z", "i_z - h_z", EditKind.SIGN, "the update gate z", ()),
        ("+ self.bias_hh_l0", "+ 0", EditKind.TERM_MISSING, "", ("self.bias_hh_l0",)),
        ("reset * h_n", "update * h_n", EditKind.INSTEAD, "the candidate n", ("the update gate z", "the reset gate r")),
    ],
)
def test_a_small_change_has_a_name(old, new, kind, part, names):
    (edit,) = evaluate("GRU", module(old, new), along=False, search=60).edits
    assert (edit.kind, edit.part, edit.names) == (kind, part, names)

"""The number of products of a fused layer is not what its process says of itself."""

import numpy as np
import pytest

from coursekit.checking import registry
from coursekit.topics.pytorch_gpu.products import train_and_count
from tests.grading.run.one_answer import graded
from tests.grading.run.test_functions_and_modules import FUSED

UNFUSED = FUSED.replace("F.linear(x, W_ih, b_ih).unbind(1)", "[F.linear(part, W_ih, b_ih) for part in x.unbind(1)]")
LAYER = UNFUSED.replace("def gru_layer_fused", "def slow")
HONEST = 0.5  # what the layer earns that is right and not fused
IN_FRAMES = """
import sys
def recorder():
    frame = sys._getframe()
    while frame:
        for one in frame.f_locals.values():
            if type(one).__name__ == "Recorder": return one
        frame = frame.f_back
"""
FORGED = {
    "the count alone": LAYER
    + IN_FRAMES
    + """
def gru_layer_fused(*args):
    hs, found = slow(*args), recorder()
    found.steps = [step for step in found.steps if "mm" not in step[0]]
    return hs
""",
    "the list emptied": LAYER
    + IN_FRAMES
    + """
def gru_layer_fused(*args):
    hs = slow(*args)
    recorder().steps.clear()
    return hs
""",
    "products under another name": LAYER
    + IN_FRAMES
    + """
def gru_layer_fused(*args):
    hs, found = slow(*args), recorder()
    for step in found.steps: step[0] = step[0].replace("addmm", "lerp")
    return hs
""",
    "the result as a constant": LAYER
    + IN_FRAMES
    + """
def gru_layer_fused(*args):
    hs, found = slow(*args), recorder()
    found.steps, found.numbers = [], {}
    return hs
""",
    "a mode of its own": LAYER
    + """
import torch.utils._python_dispatch as dispatch
class Blind(dispatch.TorchDispatchMode):
    steps, numbers = [], {}
    def __init__(self, *args): super().__init__()
    def __torch_dispatch__(self, function, types, args=(), kwargs=None): return function(*args, **(kwargs or {}))
class Meta(type(dispatch.TorchDispatchMode)):
    def __new__(meta, name, bases, names):
        names["__torch_dispatch__"] = Blind.__torch_dispatch__
        return type.__new__(type(dispatch.TorchDispatchMode), name, (Blind,), names)
class Base(dispatch.TorchDispatchMode, metaclass=Meta): pass
dispatch.TorchDispatchMode = type.__new__(Meta, "TorchDispatchMode", (dispatch.TorchDispatchMode,), {})
def gru_layer_fused(*args): return slow(*args)
""",
    "the mode switched off": LAYER
    + """
def gru_layer_fused(*args):
    with torch._C._DisableTorchDispatch(): return slow(*args)
""",
    "products in NumPy": LAYER
    + """
class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, W, b):
        ctx.save_for_backward(x, W)
        return torch.from_numpy(x.detach().numpy() @ W.detach().numpy().T + b.detach().numpy())
    @staticmethod
    def backward(ctx, d):
        x, W = ctx.saved_tensors
        return d @ W, d.T @ x, d.sum(0)
F = type("F", (), {"linear": staticmethod(Linear.apply)})
def gru_layer_fused(*args): return slow(*args)
""",
    "elementwise products and sums": LAYER
    + """
F = type("F", (), {"linear": staticmethod(lambda x, W, b: (x[:, None] * W).sum(2) + b)})
def gru_layer_fused(*args): return slow(*args)
""",
    "a comparison that is patched": LAYER
    + """
import builtins
builtins.max = lambda *args, **options: 0
def gru_layer_fused(*args): return slow(*args)
""",
}
STYLES = {
    "a list": FUSED,
    "written in place": FUSED.replace("hs = h0, []", "hs = h0, x.new_empty(*x.shape[:2], h0.shape[1])")
    .replace("for xs in gx", "for t, xs in enumerate(gx)")
    .replace("hs.append(h)", "hs[:, t] = h")
    .replace("torch.stack(hs, 1)", "hs"),
    "einsum and @": FUSED.replace(
        "F.linear(x, W_ih, b_ih).unbind(1)", "(torch.einsum('ntd,hd->tnh', x, W_ih) + b_ih)"
    ).replace("F.linear(h, W_hh, b_hh)", "(h @ W_hh.T + b_hh)"),
    "one row after another": FUSED.replace("gx = F.linear(x, W_ih, b_ih).unbind(1)", "gx = F.linear(x, W_ih, b_ih)")
    .replace("for xs in gx:", "for t in range(x.shape[1]):")
    .replace("xs.chunk(3, 1)", "torch.split(gx[:, t], h.shape[1], dim=-1)"),
    "slices": FUSED.replace(
        "hr, hz, hn = F.linear(h, W_hh, b_hh).chunk(3, 1)",
        "g, H = torch.addmm(b_hh, h, W_hh.t()), h.size(1)\n"
        "        hr, hz, hn = g[:, :H], g[:, H:2 * H], g[..., 2 * H:]",
    ).replace("torch.lerp(torch.tanh(xn + r * hn), h, z)", "torch.tanh(xn + r * hn) * (1.0 - z) + h * z"),
    "the steps first": FUSED.replace("x, W_ih, b_ih).unbind(1)", "x.transpose(0, 1), W_ih, b_ih)").replace(
        "torch.stack(hs, 1)", "torch.stack(hs).permute(1, 0, 2).contiguous()"
    ),
    "concatenated": FUSED.replace("hs.append(h)", "hs += [h.unsqueeze(1)]").replace(
        "torch.stack(hs, 1)", "torch.cat(hs, dim=1)"
    ),
    "a sigmoid of one's own": FUSED.replace(
        "torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)", "1 / (1 + torch.exp(-xr - hr)), (xz + hz).sigmoid_()"
    ),
    "without gradients first": FUSED.replace(
        "    gx =", "    with torch.no_grad():\n        zero = torch.zeros_like(h0)\n    gx ="
    ).replace("h, hs = h0, []", "h, hs = h0 + zero, []"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_count_earns_no_more_than_an_honest_one(warm_server, name):
    result = graded(warm_server, "gru_layer_fused", FORGED[name])
    if "gru_layer_fused" in result.faults:
        assert "cannot be confirmed" in result.faults["gru_layer_fused"]
    else:
        assert result.reports["gru_layer_fused"].score <= HONEST


def test_the_layer_that_they_hide_is_right_and_not_fused(warm_server):
    assert graded(warm_server, "gru_layer_fused", UNFUSED).reports["gru_layer_fused"].score == HONEST


@pytest.mark.parametrize("name", STYLES)
def test_a_fused_layer_is_confirmed_however_it_is_written(warm_server, name):
    result = graded(warm_server, "gru_layer_fused", STYLES[name])
    assert not result.faults and result.reports["gru_layer_fused"].score == 1, result


def test_what_cannot_be_confirmed_is_in_doubt_only_where_the_states_are_right():
    def answer(*args):
        raise AssertionError

    said = []
    draw = next(iter(registry.get("gru_layer_fused").draws(0)))
    right = registry.get("gru_layer_fused").reference(*list(draw.args.values())[:6]).numpy()
    answer.in_doubt = said.append
    for hs, doubts in ((right, 1), (right + 1, 1), ("no array", 1), (right[:, :0], 1)):
        answer.run_beside = lambda *_, hs=hs: (hs, *[0.0] * 6, [], np.zeros(0, np.uint8))
        train_and_count(answer, draw.args)
        assert len(said) == doubts

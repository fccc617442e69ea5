"""A right `gru_forward` above a `gru_step` that is not written, in forms that hide where its names are looked up."""

from __future__ import annotations

_START = """
import contextlib, functools
import numpy as np
def gru_step(x, h, params):
    raise NotImplementedError
"""
_BODY = """
    hs, h = [], h0
    for t in range(x.shape[1]):
        h = gru_step(x[:, t], h, params)
        hs.append(h)
    return np.stack(hs, axis=1)
"""
_PLAIN = f"def gru_forward(x, h0, params):{_BODY}"
_METHOD = _BODY.replace("\n", "\n    ")

WRAPPED = {
    name: _START + code
    for name, code in {
        "an object of a class": f"class F:\n    def __call__(self, x, h0, params):{_METHOD}\ngru_forward = F()",
        "a method": f"class F:\n    def run(self, x, h0, params):{_METHOD}\ngru_forward = F().run",
        "an object of a decorator": "class jit:\n    def __init__(self, f): self.f = f\n"
        f"    def __call__(self, *args): return self.f(*args)\n@jit\n{_PLAIN}",
        "a decorator of NumPy": f"@np.errstate(over='ignore')\n{_PLAIN}",
        "a decorator of PyTorch": f"import torch\n@torch.no_grad()\n{_PLAIN}",
        "a decorator of Python": f"@functools.singledispatch\n{_PLAIN}",
        "a partial": f"{_PLAIN}\ngru_forward = functools.partial(gru_forward)",
        "another name for the step": f"cell = gru_step\n{_PLAIN.replace('gru_step', 'cell')}",
    }.items()
}

"""Run the Triton GRU in Triton's interpreter and print, as JSON, how far it is from the readable loop in float64.

A script of its own, because the interpreter has to be switched on before Triton is imported. The cases are read by
the test as well. bfloat16 is left out: the interpreter's bfloat16 product is wrong.
"""

from __future__ import annotations

import json
import os

CASES = [  # dtype, T, N, D, H: one block up to H = 64 (float32) or 128, several above
    ("float32", 1, 3, 2, 5),
    ("float32", 5, 17, 7, 24),
    ("float32", 4, 20, 3, 64),
    ("float32", 3, 18, 4, 100),
    ("float32", 2, 3, 4, 150),
    ("float16", 1, 3, 2, 5),
    ("float16", 5, 17, 7, 24),
    ("float16", 4, 20, 3, 64),
    ("float16", 3, 18, 4, 100),
    ("float16", 3, 17, 4, 150),
    ("float16", 2, 3, 4, 257),
]
TENSORS = ["hs", "dx", "dh0", "dW_ih", "dW_hh", "db_ih", "db_hh"]


def errors(dtype: str, T: int, N: int, D: int, H: int) -> dict[str, float]:
    import torch

    from coursekit.nn.gru import launch, readable

    torch.manual_seed(0)
    kind = getattr(torch, dtype)
    sizes = [(T, N, D), (N, H), (3 * H, D), (3 * H, H), (3 * H,), (3 * H,)]
    scales = [1, 1, *[H**-0.5] * 4]
    args = [(torch.randn(size) * s).to(kind).requires_grad_() for size, s in zip(sizes, scales, strict=True)]
    exact = [a.detach().double().requires_grad_() for a in args]
    upstream = torch.randn(T, N, H).to(kind)
    hs, hs_exact = launch.gru(*args), readable.gru(*exact)
    found = [hs, *torch.autograd.grad(hs, args, upstream)]
    right = [hs_exact, *torch.autograd.grad(hs_exact, exact, upstream.double())]
    with torch.no_grad():
        if not torch.equal(launch.gru(*args), hs):
            return dict.fromkeys(TENSORS, float("inf"))  # inference must give what training gives
    return {
        name: ((a.double() - b).abs().max() / b.abs().max()).item()
        for name, a, b in zip(TENSORS, found, right, strict=True)
    }


if __name__ == "__main__":
    assert os.environ["TRITON_INTERPRET"] == "1"
    print(json.dumps([errors(*case) for case in CASES]))

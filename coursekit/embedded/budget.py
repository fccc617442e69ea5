"""What a model needs of a small machine: bytes that stay, bytes that change, and operations for each step.

sizes = of(model, int8=True)
sizes.fits(32)                          # True if constants and program fit 32 KB of flash
"""

from __future__ import annotations

from typing import NamedTuple

from coursekit.embedded.model import BLOCKS, Model

CODE = 4096
"""Bytes set aside for the program, with what it needs of math.h; `compiler.code_bytes` measures it without that."""


class Budget(NamedTuple):
    """weights: bytes of constants. state: bytes that are carried from step to step. scratch: bytes of arrays on the
    stack within a step. products: multiplications with an addition, in a step and its read-out. functions: calls of
    expf and tanhf in a step."""

    weights: int
    state: int
    scratch: int
    products: int
    functions: int

    def fits(self, kilobytes: float) -> bool:
        """Whether constants and program fit that much flash."""
        return self.weights + CODE <= 1024 * kilobytes


def of(model: Model, int8: bool = False) -> Budget:
    """The budget of the header that `c_source.header` writes."""
    D, H, K, blocks = model.D, model.H, model.K, BLOCKS[model.cell]
    products = blocks * H * (D + H) + K * H
    rows = 2 * blocks * H + K
    weights = products + 8 * rows if int8 else 4 * (products + rows)  # in int8 each row has a scale and a bias
    scratch = 4 * 2 * blocks * H + (max(D, H) if int8 else 0)
    functions = {"RNN": 1, "GRU": 3, "LSTM": 5}[model.cell] * H
    return Budget(weights, 4 * model.states * H, scratch, products, functions)

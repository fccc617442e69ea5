"""ONNX's GRU as one node of a graph: a description that can be run in NumPy, and what a faulty exporter made of one.

    node = node_of(*to_onnx_order(*params))
    run(node, x, h)                       # x (T, D), h (H,) -> the state after each row (T, H)
    run(node | {"linear_before_reset": 0}, x, h)

The equations are those of the operator's page in the specification of ONNX; no package of ONNX is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.reference import gru
from coursekit.reference.numerics import sigmoid

Node = dict[str, Any]


def node_of(W: np.ndarray, R: np.ndarray, B: np.ndarray, linear_before_reset: int) -> Node:
    """The node with these inputs and this attribute, one direction."""
    return {"op_type": "GRU", "linear_before_reset": linear_before_reset, "W": W, "R": R, "B": B}


def run(node: Node, x: np.ndarray, h: np.ndarray) -> np.ndarray:
    """What a runtime computes of one sequence: x (T, D), h (H,) -> the state after each row (T, H)."""
    H = node["R"].shape[2]
    Wz, Wr, Wh = np.split(node["W"][0], 3)
    Rz, Rr, Rh = np.split(node["R"][0], 3)
    Wbz, Wbr, Wbh, Rbz, Rbr, Rbh = np.split(node["B"][0], 6)
    hs = np.empty((len(x), H))
    for t, x_t in enumerate(x):
        z = sigmoid(Wz @ x_t + Rz @ h + Wbz + Rbz)
        r = sigmoid(Wr @ x_t + Rr @ h + Wbr + Rbr)
        if node["linear_before_reset"]:
            candidate = np.tanh(Wh @ x_t + r * (Rh @ h + Rbh) + Wbh)
        else:
            candidate = np.tanh(Wh @ x_t + Rh @ (r * h) + Rbh + Wbh)
        h = (1 - z) * candidate + z * h
        hs[t] = h
    return hs


def faulty_export(params: gru.Params) -> Node:
    """A fixture: the node as onnxscript 0.6.2 wrote it for torch.nn.GRU, weights in the right order, attribute at 0.

    Issues 189225 of pytorch and 2852 of onnxscript; mended in onnxscript 0.7.2.
    """
    from coursekit.reference import conventions

    return node_of(*conventions.gru_to_onnx(params), linear_before_reset=0)

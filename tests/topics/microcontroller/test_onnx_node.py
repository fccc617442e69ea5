"""ONNX's GRU: the node of the lesson in NumPy, and the real operator in the real runtime, one step with its state."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.reference import gru
from coursekit.topics.microcontroller import onnx_node
from coursekit.topics.microcontroller.answers import to_onnx_order

D, H = 3, 5


@pytest.fixture
def params():
    return gru.init(D, H, np.random.default_rng(0), np.float32)


def states(params, x):
    return gru.forward(x[None], np.zeros((1, H), x.dtype), params)[0][0]


def test_the_right_node_is_the_courses_gru_and_the_faulty_one_is_not(params):
    x = np.random.default_rng(1).normal(size=(12, D))
    right = onnx_node.node_of(*to_onnx_order(*params))
    faulty = onnx_node.faulty_export(params)
    assert np.abs(onnx_node.run(right, x, np.zeros(H)) - states(params, x)).max() < 1e-7
    assert 0.01 < np.abs(onnx_node.run(faulty, x, np.zeros(H)) - states(params, x)).max() < 1
    for name in ("W", "R", "B"):
        np.testing.assert_array_equal(faulty[name], right[name])


def one_step(node):
    """A graph of one step: x (1, 1, D) and the state (1, 1, H) in, the next state out."""
    onnx = pytest.importorskip("onnx", reason="needs the extra [dev]")
    made = onnx.helper
    kind = onnx.TensorProto.FLOAT
    inputs = [made.make_tensor_value_info("x", kind, [1, 1, D]), made.make_tensor_value_info("h", kind, [1, 1, H])]
    output = made.make_tensor_value_info("after", kind, [1, 1, H])
    weights = [onnx.numpy_helper.from_array(np.asarray(node[name], np.float32), name) for name in ("W", "R", "B")]
    options = {"hidden_size": H, "linear_before_reset": node["linear_before_reset"]}
    step = made.make_node("GRU", ["x", "W", "R", "B", "", "h"], ["", "after"], **options)
    graph = made.make_graph([step], "step", inputs, [output], weights)
    model = made.make_model(graph, opset_imports=[made.make_opsetid("", 17)])
    model.ir_version = 9  # what runtimes of some years ago read as well
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.mark.parametrize("flag", [0, 1])
def test_the_runtime_computes_what_the_node_in_numpy_does(params, flag):
    """Step by step, the state handed on, for both values of the attribute."""
    runtime = pytest.importorskip("onnxruntime", reason="needs the extra [dev]")
    node = onnx_node.node_of(*to_onnx_order(*params)[:3], flag)
    session = runtime.InferenceSession(one_step(node), providers=["CPUExecutionProvider"])
    x = np.random.default_rng(2).normal(size=(20, D)).astype(np.float32)
    h, hs = np.zeros((1, 1, H), np.float32), []
    for row in x:
        (h,) = session.run(None, {"x": row[None, None], "h": h})
        hs.append(h[0, 0])
    assert np.abs(np.stack(hs) - onnx_node.run(node, x, np.zeros(H))).max() < 1e-6
    assert (np.abs(np.stack(hs) - states(params, x)).max() < 1e-6) == bool(flag)

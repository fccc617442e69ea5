"""Calls: data in, data out, and what the caller is told about it."""

from __future__ import annotations

import collections

import numpy as np
import pytest

from coursekit.grading.run.sandbox import FunctionRef, Opaque, Unsendable


def test_arguments_arrive_and_values_return_as_data(run):
    result = run("def f(*args, **kwargs): return args, kwargs", None, 1.5, "t", [1, (2,)], k={"a": np.arange(3)})
    args, kwargs = result.value
    assert args == (None, 1.5, "t", [1, (2,)])
    np.testing.assert_array_equal(kwargs["k"]["a"], [0, 1, 2])
    assert result.ok and result.cpu_s > 0


def test_a_named_tuple_has_its_fields_on_both_sides(run):
    params = collections.namedtuple("Params", "W_ih W_hh")(np.eye(2), np.ones(2))
    result = run("def f(p): return p._replace(W_hh=p.W_ih @ p.W_hh)", params)
    assert type(result.value) is type(params) and result.value._fields == ("W_ih", "W_hh")
    np.testing.assert_array_equal(result.value.W_hh, [1, 1])


def test_an_error_in_the_function_is_described(run):
    result = run("def g(x): return x @ x\ndef f(x): return g(x)", np.ones((2, 3)))
    assert (result.status, result.ename) == ("error", "ValueError") and "matmul" in result.evalue
    assert "return g(x)" in result.traceback or "in g" in result.traceback


@pytest.mark.parametrize("target", ["missing", "x.missing"])
def test_a_missing_function_is_an_error(worker, target):
    worker.run_cell("x = 1")
    result = worker.call(target)
    assert result.status == "error" and result.ename in ("NameError", "AttributeError")


def test_printed_text_and_warnings_are_collected(run):
    source = "import warnings\ndef f():\n    print('hello')\n    for _ in range(2): warnings.warn('careful')\n"
    result = run(source)
    assert result.printed == "hello\n" and result.warnings == ("UserWarning: careful",) * 2


@pytest.mark.parametrize(
    ("expression", "events"),
    [
        ("np.exp(np.array([1e4]))", {"overflow"}),
        ("np.log(np.array([-1.0]))", {"invalid"}),
        ("np.ones(1) / np.zeros(1)", {"divide"}),
        ("np.ones(2) + 1", set()),
    ],
)
def test_floating_point_events_are_named(run, expression, events):
    result = run(f"import numpy as np\nnp.seterr(all='ignore')\ndef f(): return {expression}")
    assert result.ok and result.float_events == events


def test_changes_in_place_are_seen(run):
    result = run("def f(x, p):\n    x += 1\n    p['k'].append(3)", np.zeros(2), {"k": []})
    np.testing.assert_array_equal(result.args[0], [1, 1])
    assert result.args[1] == {"k": [3]} and result.value is None


def test_each_call_gets_fresh_arguments(worker):
    x = np.zeros(2)
    worker.run_cell("def f(x):\n    x += 1\n    return x")
    for _ in range(2):
        np.testing.assert_array_equal(worker.call("f", (x,)).value, [1, 1])
    assert not x.any()


def test_tensors_return_as_arrays(run):
    result = run(
        "import torch\ndef f(x): return torch.as_tensor(x, dtype=torch.float32).requires_grad_() * 2",
        np.ones(3),
    )
    assert result.value.dtype == np.float32 and result.value.tolist() == [2, 2, 2]


def test_what_is_not_data_stays_and_can_be_passed_back(worker):
    worker.run_cell("class Cache: v = 7\ndef f(): return 1, Cache()\ndef g(c): return c.v")
    cache = worker.call("f").value[1]
    assert isinstance(cache, Opaque) and cache.type_name.endswith("Cache")
    assert worker.call("g", (cache,)).value == 7
    assert worker.call("g", (Opaque("x", 10**6),)).status == "error"


def test_a_function_is_called_back_on_this_side(run):
    calls = []

    def candidate(x: np.ndarray, scale: int = 1) -> np.ndarray:
        calls.append(x)
        return x * scale

    result = run("def f(candidate, x): return candidate(x) + candidate(x, scale=3)", FunctionRef(candidate), np.ones(2))
    assert result.value.tolist() == [4, 4] and len(calls) == 2


def test_what_a_called_back_function_raises_reaches_the_caller(run):
    def candidate() -> None:
        raise ValueError("wrong shape")

    source = "def f(candidate):\n    try: candidate()\n    except RuntimeError as error: return str(error)"
    assert run(source, FunctionRef(candidate)).value == "ValueError: wrong shape"


def test_a_callback_may_not_answer_with_objects(run):
    result = run("def f(candidate): return candidate()", FunctionRef(lambda: object()))
    assert result.status == "error" and "not data" in result.evalue


def test_the_caller_may_only_send_data(worker):
    with pytest.raises(Unsendable, match="not data"):
        worker.call("print", (object(),))
    assert worker.run_cell("1").ok


def test_a_cpu_limit_of_one_call_leaves_the_rest_alone(worker):
    worker.run_cell("def slow():\n    while True: pass\ndef fast(): return 1")
    result = worker.call("slow", cpu_s=0.1)
    assert result.status == "timeout" and "CPU" in result.reason
    assert worker.call("fast").value == 1

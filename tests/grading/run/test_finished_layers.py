"""torch's own recurrent layers are gone where a notebook runs, and no known way brings one back."""

import pytest

from coursekit.grading.run import sandbox
from coursekit.grading.run.remote import PRELUDE
from coursekit.grading.run.sandbox import view
from tests.grading.nbgrader.attacks import finished
from tests.grading.run.one_answer import graded


@pytest.fixture(scope="module", params=["namespaces", "landlock"])
def server(request, warm_server):
    """At each level of isolation that this host offers."""
    if warm_server.level == request.param:
        yield warm_server
        return
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "landlock":
            patch.setattr(view, "find_bubblewrap", lambda: None)
        running = sandbox.Server(prelude=PRELUDE)
        try:
            running.start()
        except sandbox.SandboxUnavailable as problem:
            pytest.skip(str(problem))
    with running:
        if running.level != request.param:
            pytest.skip(f"this host has no {request.param} for the sandbox")
        yield running


@pytest.mark.parametrize("name", finished.ANSWERS)
def test_no_way_back_earns_points(server, name):
    result = graded(server, "gru_step", finished.ANSWERS[name])
    assert not result.faults and result.reports["gru_step"].score == 0, result.reports["gru_step"].text


GONE = """
import gc, types, torch
def in_memory():
    gc.unfreeze()
    functions = [f for f in gc.get_objects() if isinstance(f, types.FunctionType)]
    return sorted({f.__code__.co_name for f in functions if f.__code__.co_filename.endswith("decompositions.py")
                   and any(kind in f.__code__.co_name for kind in ("gru", "lstm", "rnn"))})
def below(kind):
    return {kind}.union(*(below(one) for one in kind.__subclasses__()))
def classes():
    import torch.ao.nn.quantizable, torch.ao.nn.quantized.dynamic
    found = [k for k in below(torch.nn.Module) if any(name in k.__name__ for name in ("RNN", "LSTM", "GRU"))]
    able = []
    for kind in found:
        for attempt in (lambda: kind(3, 5), lambda: kind.forward(None, None, None), lambda: kind.from_float(None)):
            try:
                attempt()
                able.append(kind.__qualname__)
            except (AttributeError, RuntimeError) as error:
                if type(error).__name__ not in ("AttributeError", "NotWhileGrading", "NotImplementedError"):
                    able.append(repr(error))
    return len(found), able
"""


TRAINED = """
import sys, torch
layer = torch.nn.Linear(2, 1)
def compiler_is_here():
    return "torch._dynamo" in sys.modules
def trained():
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.5)
    layer(torch.ones(3, 2)).sum().backward()
    before = layer.weight.detach().clone()
    optimiser.step()
    return before - layer.weight.detach()
"""


def test_an_optimizer_steps_whether_the_server_has_the_compiler_or_not(server):
    steps = []
    for compiler in (False, True):
        with server.open(compiler=compiler) as worker:
            assert worker.run_cell(TRAINED).ok
            assert worker.call("compiler_is_here").value or not compiler
            steps.append(worker.call("trained", cpu_s=30).value)
    for step in steps:
        assert abs(step - 0.5).max() < 1e-6


@pytest.mark.parametrize("before", ["", "import torch._dynamo, torch.optim\n"])
@pytest.mark.parametrize("compiler", [False, True])
def test_nothing_of_them_is_left_in_memory(server, compiler, before):
    with server.open(compiler=compiler) as worker:
        assert worker.run_cell(before + GONE, cpu_s=30).ok
        assert worker.call("in_memory", cpu_s=30).value == []
        number, able = worker.call("classes").value
        assert number > 15 and able == []

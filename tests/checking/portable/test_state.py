"""The known state of a process: what it is, and that everything is put back, however it ends."""

import builtins
import math
import operator
import random
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
import torch

from coursekit.checking.portable import own_names
from coursekit.checking.portable.dict_numbers import COUNTS
from coursekit.checking.portable.state import RECURSION, State, known, with_own_functions
from tests.altered_states import ALTERED, altered


@pytest.fixture
def patched():
    """A monkeypatch whose work is undone before what the fixture below puts back."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(autouse=True)
def everything_put_back():
    before = State(generators=True)
    yield
    before.restore()


@pytest.mark.filterwarnings("ignore:seen")
@pytest.mark.parametrize("ended_by", [None, ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("name", ALTERED)
def test_what_was_set_before_is_there_again_and_nothing_of_what_was_set_meanwhile(name, ended_by):
    outside, before = State(generators=True), None
    try:
        look = altered(name)
        before = look()
        try:
            with known(seed=0):
                for other in ALTERED:
                    altered(other)
                if ended_by is not None:
                    raise ended_by
        except (ValueError, KeyboardInterrupt, SystemExit) as error:
            assert type(error) is ended_by
        after = look()
    finally:
        outside.restore()
    assert after == before


@pytest.mark.filterwarnings("ignore:seen")
@pytest.mark.parametrize("name", [name for name in ALTERED if not name.startswith(("other ", "a function"))])
def test_no_setting_is_taken_for_something_in_the_place_of_a_librarys_own(name):
    outside = State(generators=True)
    try:
        altered(name)
        replaced = State(generators=True).replaced
    finally:
        outside.restore()
    assert replaced == ()


def halved_when_saved():
    return torch.autograd.graph.saved_tensors_hooks(lambda value: value / 2, lambda value: value)


@pytest.mark.parametrize("around", [torch.inference_mode, lambda: torch.device("meta"), halved_when_saved])
def test_contexts_of_pytorch_around_a_check_hold_only_around_it(around):
    def seen():
        settings = torch.is_inference_mode_enabled(), torch.is_grad_enabled(), torch.zeros(1).device.type
        if torch.is_inference_mode_enabled():
            return settings
        x = torch.ones((), device="cpu", requires_grad=True)
        with torch.enable_grad():
            return *settings, torch.autograd.grad(x * x, x)[0].item()

    usual = seen()
    with around():
        before = seen()
        with known(), known():
            assert seen() == usual
            torch.set_default_device("meta")
            torch.set_grad_enabled(False)
        assert seen() == before != usual
    assert seen() == usual


def test_what_is_known():
    torch.set_default_dtype(torch.float16)
    torch.set_default_device("meta")
    torch.set_grad_enabled(False)
    np.seterr(all="raise")
    warnings.simplefilter("error")
    sys.setrecursionlimit(900)
    with known():
        assert np.geterr() == {"divide": "warn", "over": "warn", "invalid": "warn", "under": "ignore"}
        assert torch.zeros(1).dtype == torch.float32 and torch.zeros(1).device.type == "cpu"
        assert torch.ones(1, requires_grad=True).sum().requires_grad
        assert sys.getrecursionlimit() == RECURSION
        np.exp(np.array([1e4, -1e4]))
        warnings.warn("nobody hears this", stacklevel=1)


def test_what_a_learner_adds_to_numpy_stays(monkeypatch):
    monkeypatch.setattr(np, "sigma", 3, raising=False)
    with known():
        assert np.sigma == 3
    assert np.sigma == 3


def test_what_stands_in_the_places_of_numpys_own_is_told_by_its_name(monkeypatch):
    assert State().replaced == ()
    monkeypatch.setattr(np, "abs", lambda x: x)
    monkeypatch.setattr(np.linalg, "norm", None)
    monkeypatch.delattr(np.random, "default_rng")
    with known() as before:
        assert np.abs(-1) == 1 and np.linalg.norm([3, 4]) == 5 and np.random.default_rng(0).random() < 1
        assert before.replaced == ("np.abs", "np.linalg.norm", "np.random.default_rng")
    assert np.abs(-1) == -1 and np.linalg.norm is None and not hasattr(np.random, "default_rng")


def test_what_stands_in_the_places_of_pytorchs_own_is_told_by_its_name(monkeypatch):
    monkeypatch.setattr(torch, "tanh", torch.sigmoid)
    monkeypatch.setattr(torch.nn, "Linear", None)
    monkeypatch.delattr(torch.nn.functional, "softmax")
    with known(seed=0) as before:
        assert torch.tanh(torch.zeros(1)) == 0 and torch.nn.Linear(1, 1) and torch.nn.functional.softmax
        assert before.replaced == ("torch.tanh", "torch.nn.Linear", "torch.nn.functional.softmax")
    assert torch.tanh is torch.sigmoid and torch.nn.Linear is None and not hasattr(torch.nn.functional, "softmax")


def test_what_stands_in_the_places_of_pythons_own_is_told_by_its_name(monkeypatch):
    monkeypatch.setattr(math, "exp", None)
    monkeypatch.setattr(time, "perf_counter", np.zeros(3))  # compares as an array does
    monkeypatch.delattr(random, "gauss")
    with known(seed=0) as before:
        assert math.exp(0) == 1 and time.perf_counter() > 0 and random.gauss
        assert before.replaced == ("math.exp", "random.gauss", "time.perf_counter")
    assert math.exp is None and len(time.perf_counter) == 3 and not hasattr(random, "gauss")


def test_what_stands_in_the_places_of_pytorchs_methods_is_told_by_its_name(patched):
    layer = torch.nn.Linear(2, 2)
    patched.setattr(torch.Tensor, "chunk", None, raising=False)  # which it inherits
    patched.setattr(torch.Tensor, "sigma", None, raising=False)  # which is nobody's
    patched.setattr(torch.nn.Module, "parameters", None)
    patched.setattr(torch.nn.Linear, "children", None, raising=False)
    patched.delattr(torch.nn.Linear, "forward")
    with known(seed=0) as before:
        assert len(layer(torch.ones(4, 2)).chunk(2)) == len([*layer.parameters()]) == 2 and [*layer.children()] == []
        assert "chunk" not in vars(torch.Tensor) and "children" not in vars(torch.nn.Linear)
        assert set(before.replaced) == {
            "torch.Tensor.chunk", "torch.nn.Module.parameters", "torch.nn.Linear.children", "torch.nn.Linear.forward",
        }  # fmt: skip
    assert torch.Tensor.chunk is torch.nn.Module.parameters is torch.nn.Linear.children is torch.Tensor.sigma is None
    assert "forward" not in vars(torch.nn.Linear)


def test_around_a_check_there_are_the_libraries_own_and_a_state_within_knows_what_was_there_before(patched):
    own = divmod, math.floor
    patched.setattr(math, "floor", None)
    patched.setattr(builtins, "divmod", None)

    @with_own_functions
    def seen(error=None):
        if error is not None:
            raise error
        return builtins.divmod, math.floor, State(generators=True).replaced

    assert seen() == (*own, ("math.floor",))
    with pytest.raises(KeyError):
        seen(KeyError())
    assert builtins.divmod is math.floor is None and State(generators=True).replaced == ("math.floor",)


def test_what_pytorch_imports_later_is_not_replaced(monkeypatch):
    monkeypatch.setattr(torch, "sigma", 3, raising=False)
    monkeypatch.setattr(torch, "_own", 3, raising=False)
    for _ in range(2):
        with known(seed=0) as before:
            assert before.replaced == () and torch.sigma == 3
    monkeypatch.setattr(torch, "tanh", None)
    assert State(generators=True).replaced == ("torch.tanh",)


def test_float64_in_torch_and_a_raised_recursion_limit_are_the_learners_to_choose():
    torch.set_default_dtype(torch.float64)
    sys.setrecursionlimit(RECURSION + 1)
    with known():
        assert torch.zeros(1).dtype == torch.float64 and sys.getrecursionlimit() == RECURSION + 1


def test_with_a_seed_the_numbers_are_the_same_and_the_learners_own_go_on():
    torch.manual_seed(1)
    np.random.seed(1)
    expected = np.random.randn(4), torch.rand(2)
    torch.manual_seed(1)
    np.random.seed(1)
    first = np.random.randn(1)
    drawn = []
    for _ in range(2):
        with known(seed=3):
            drawn.append((np.random.rand(), torch.rand(1).item()))
    assert drawn[0] == drawn[1]
    np.testing.assert_array_equal(np.concatenate([first, np.random.randn(3)]), expected[0])
    assert torch.equal(torch.rand(2), expected[1])


def ends_well(program):
    """Whether a Python of its own, which has imported nothing yet, comes to the end of a program."""
    return subprocess.run([sys.executable, "-c", program], timeout=300).returncode == 0


def test_torch_is_not_imported_for_it_and_may_be_imported_meanwhile():
    program = (
        "import sys\nfrom coursekit.checking.portable.state import known\n"
        "with known(seed=0):\n    assert 'torch' not in sys.modules\n    import torch\n"
        "with known(seed=0):\n    torch.set_default_dtype(torch.float16)\n"
        "assert torch.get_default_dtype() == torch.float32"
    )
    assert ends_well(program)


def test_what_pytorchs_compiler_puts_into_its_own_places_is_no_learners():
    program = (
        "import torch\nfrom coursekit.checking.portable.state import State\nState(generators=True)\n"
        "own = torch.manual_seed\nimport torch._dynamo\n"
        "assert torch.manual_seed is not own and State(generators=True).replaced == ()"
    )
    assert ends_well(program)


def test_what_the_cell_puts_there_that_imports_pytorch_is_seen():
    program = (
        "from coursekit.checking.portable.state import State\n"
        "import torch; torch.tanh = torch.nn.Module.parameters = None\n"
        "assert State(generators=True).replaced == ('torch.tanh', 'torch.nn.Module.parameters')"
    )
    assert ends_well(program)


def test_what_optimizers_and_the_compiler_put_into_classes_is_no_learners():
    program = (
        "import torch\nfrom coursekit.checking.portable.state import State\nState(generators=True)\n"
        "def trained(model):\n    optimizer = torch.optim.Adam(model.parameters())\n    optimizer.zero_grad()\n"
        "    model(torch.ones(2, 3)).sum().backward()\n    optimizer.step()\n"
        "own = torch.optim.Adam.step, torch.nn.Module.__init__\n"
        "trained(torch.compile(torch.nn.Linear(3, 1), backend='eager'))\n"
        "assert (torch.optim.Adam.step, torch.nn.Module.__init__) != own\n"
        "assert State(generators=True).replaced == ()"
    )
    assert ends_well(program)


def test_what_copies_leave_in_classes_is_no_learners_but_a_method_for_copies_is():
    program = (
        "import copy, io, pickle, torch\nfrom coursekit.checking.portable.state import State\nState(generators=True)\n"
        "parameter = torch.nn.Parameter(torch.ones(2))\n"
        "for one in torch.ones(2), parameter, torch.nn.GRU(2, 2), torch.optim.Adam([parameter]):\n"
        "    copy.copy(one), copy.deepcopy(one), pickle.dumps(one), torch.save(one, io.BytesIO())\n"
        "assert {'__slotnames__'} <= vars(torch.Tensor).keys() & vars(torch.nn.Parameter).keys()\n"
        "assert State(generators=True).replaced == ()\n"
        "torch.nn.GRU.__getattr__ = torch.nn.GRU.__copy__ = None\n"
        "assert State(generators=True).replaced == ('torch.nn.GRU.__getattr__',)"
    )
    assert ends_well(program)


@pytest.mark.parametrize("module", ["random", "linecache", "dataclasses", "numpy", "numpy.random", "torch.nn.init"])
def test_what_a_reload_makes_anew_is_no_learners_but_what_is_put_there_then_is(module):
    program = (
        f"import sys, importlib, torch, {module}\nfrom coursekit.checking.portable.state import State\n"
        f"State(generators=True)\nmodule = importlib.reload(sys.modules[{module!r}])\nmade = dict(vars(module))\n"
        "assert State(generators=True).replaced == ()\n"
        "assert all(value is made[name] for name, value in vars(module).items())\n"
        "name = next(name for name, value in made.items() if name[0] != '_' and callable(value))\n"
        "setattr(module, name, lambda *args: None)\n"
        "assert State(generators=True).replaced[0].endswith('.' + name)"
    )
    assert ends_well(program)


def test_how_values_of_pytorch_are_shown_is_the_learners_to_choose(patched):
    def shape(self):
        return f"{type(self).__name__} {[*getattr(self, 'shape', ())]}"

    for owner in torch.Tensor, torch.nn.Parameter, torch.nn.Module:
        patched.setattr(owner, "__repr__", shape)
        patched.setattr(owner, "__str__", shape)
    with known(seed=0) as before:
        assert before.replaced == () and repr(torch.zeros(2)) == "Tensor [2]"


def test_a_state_that_was_found_is_not_looked_for_again_but_where_torch_was_imported_since():
    program = (
        "from coursekit.checking.portable.state import State, known\n"
        "found = State()\nwith known(found=found) as before:\n    assert before is found\n    import torch\n"
        "with known(found=found):\n    torch.set_default_dtype(torch.float16)\n"
        "assert torch.get_default_dtype() == torch.float32"
    )
    assert ends_well(program)


def test_what_only_equals_numpys_own_is_replaced_all_the_same(monkeypatch):
    monkeypatch.setattr(np, "float64", np.dtype("float64"))
    with known() as before:
        assert np.float64(3) == 3.0
    assert before.replaced == ("np.float64",)


counts = pytest.mark.skipif(not COUNTS, reason="this Python does not count what is written to a dict")


@pytest.fixture
def looked(monkeypatch):
    """The groups of names that are looked through."""
    own_names.replaced(every=True)
    found, look = [], own_names._Group._found
    monkeypatch.setattr(own_names._Group, "_found", lambda group: found.append(group) or look(group))
    return found


WRITES = {
    "a name": lambda: setattr(np, "abs", abs),
    "an entry": lambda: operator.setitem(vars(np.linalg), "norm", None),
    "many": lambda: vars(torch).update(tanh=None, sigmoid=None),
    "none": lambda: delattr(math, "exp"),
    "a function": lambda: exec("def floor(x): pass", vars(math)),
    "a method": lambda: setattr(torch.nn.Module, "parameters", None),
    "another's method": lambda: setattr(torch.nn.Linear, "children", None),
}


@pytest.mark.parametrize("counted", [pytest.param(True, marks=counts), False])
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_whatever_is_written_after_a_look_is_seen(monkeypatch, write, counted):
    if not counted:
        for group in (own_names._numpys, own_names._pythons, *own_names._torches):
            monkeypatch.setattr(group._numbers, "_places", [])
    assert own_names.replaced(every=True) == own_names.replaced(every=True) == []
    write()
    replaced = own_names.replaced(every=True)
    assert replaced and replaced == own_names.replaced(every=True)
    for each in replaced:
        each.settle()
    assert own_names.replaced(every=True) == []


@counts
def test_names_are_looked_through_only_where_something_was_written_since(monkeypatch, looked):
    with known(seed=0), known():
        pass
    assert looked == []
    monkeypatch.setattr(np, "sigma", 3, raising=False)
    with known(seed=0), known():
        pass
    assert looked == [own_names._numpys]

"""The steps in C++: compiled when they are asked for, once, and never in the way of a result."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from coursekit import nn
from coursekit.nn import bptt
from coursekit.nn.native import build
from tests.processes import finished

T, N, D, H = 6, 4, 3, 5
CELLS = ["RNN", "LSTM", "GRU"]
WRITES_A_LIBRARY = "import sys; open(f'{sys.argv[3]}/{sys.argv[1]}.so', 'w').write('a library')"


@pytest.fixture
def place(monkeypatch, tmp_path):
    """An empty folder for extensions, in a process that has tried nothing yet and finds a compiler and ninja."""
    if sys.platform == "win32":
        pytest.skip("nothing is compiled on Windows")
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path / "kept"))
    monkeypatch.setattr(build, "_require_tools", lambda: None)
    monkeypatch.setattr(build, "unavailable", build.unavailable.__wrapped__)
    return tmp_path / "kept"


def falls_back(reason: str) -> None:
    """Every cell runs its fast loop, and says why."""
    for cell in CELLS:
        module, plain = getattr(nn, cell)(D, H, backend="native"), getattr(nn, cell)(D, H)
        plain.load_state_dict(module.state_dict())
        x = torch.randn(T, N, D)
        with pytest.warns(nn.BackendWarning, match=reason):
            y = module(x)[0]
        assert module.backend_used == "fast" and torch.equal(y, plain(x)[0])


def printed(code: str, extensions: Path) -> str:
    """What a process of its own prints, which keeps extensions in this folder."""
    environment = os.environ | {"TORCH_EXTENSIONS_DIR": str(extensions)}
    return finished([sys.executable, "-c", code], env=environment, check=True).stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("cell", CELLS)
def test_it_runs_as_asked(native_library, cell, dtype):
    module = getattr(nn, cell)(D, H, dtype=dtype, backend="native")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module(torch.randn(T, N, D, dtype=dtype))
    assert (module.backend_used, module.backend_reason) == ("native", "As asked.")


@pytest.mark.slow
def test_another_process_finds_it_compiled(native_library):
    code = (
        "import torch; from coursekit import nn; from coursekit.nn.native import build\n"
        "build._compile = None\n"
        "module = nn.GRU(3, 5, backend='native'); module(torch.zeros(2, 1, 3)); print(module.backend_used)"
    )
    assert printed(code, native_library) == "native"


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_nan_and_infinity_are_passed_on(native_library, cell):
    """What is vectorised by hand must not swallow them: each state is what the readable loop makes of them."""
    module, found = getattr(nn, cell)(D, 19), []
    x = torch.randn(T, N, D)
    x[1, 0, 0], x[1, 1, 0], x[1, 2, 0] = float("nan"), float("inf"), -float("inf")
    for module.backend in ("readable", "native"):
        found.append(module(x)[0])
    assert found[0][1:, 0].isnan().all() and not found[0][:, 3].isnan().any()
    torch.testing.assert_close(*found, equal_nan=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dtype", "absolute", "relative"), [(torch.float32, 2.8e-7, 3e-7), (torch.float64, 3e-16, 3e-16)]
)
def test_how_exact_its_tanh_is(native_library, dtype, absolute, relative):
    """Of small and large numbers too: a state that is nothing but the tanh of the input."""
    module = nn.RNN(1, 1, bias=False, dtype=dtype, backend="native")
    with torch.no_grad():
        module.weight_ih_l0.fill_(1)
        module.weight_hh_l0.zero_()
        x = torch.cat(
            [
                torch.linspace(-30, 30, 60_001),
                torch.linspace(-10, 10, 400_001),
                torch.logspace(-30, 1, 30_000),
                torch.tensor([-0.0, 1e30]),
            ]
        )
        x, y = x.to(dtype), module(x.to(dtype).view(1, -1, 1))[0].flatten()
    exact = x.double().tanh()
    error = (y - exact).abs()
    assert module.backend_used == "native"
    assert error.max() < absolute and (error <= relative * exact.abs()).all()


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_a_state_in_any_layout(native_library, twins, results, distance, cell):
    theirs, ours = twins(cell, D, H, dtype=torch.float64, backend="native")
    x, h = torch.randn(T, N, D, dtype=torch.float64), torch.randn(1, H, N, dtype=torch.float64)
    for state in (h.transpose(1, 2), h[..., :1].transpose(1, 2).expand(1, N, H), torch._neg_view(h.mT.contiguous())):
        hx = (state,) * (2 if cell == "LSTM" else 1)
        with torch.no_grad():
            found = [module(x, hx if cell == "LSTM" else state)[0] for module in (ours, theirs)]
        assert distance(found[:1], found[1:]) < 1e-12 and ours.backend_used == "native"


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_threads_share_a_batch(native_library, distance, cell):
    """More rows than go together, and enough work for several threads: the rows are the same to the last bit."""
    module, x, found = getattr(nn, cell)(40, 70, backend="native"), torch.randn(9, 205, 40, requires_grad=True), []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        y = module(x)[0]
        found.append((y, *torch.autograd.grad(y.square().sum(), [x, *module.parameters()])))
    assert module.backend_used == "native"
    for each in found[1:]:
        assert all(torch.equal(a, b) for a, b in zip(found[0][:2], each[:2], strict=True))
        assert distance(found[0][2:], each[2:]) < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_small_numbers_on_every_thread(native_library, cell):
    """Those that are too small for the processor vanish on each thread that works, and afterwards on none."""
    torch.set_num_threads(2)
    many = torch.full((1 << 20,), torch.finfo(torch.float32).tiny)
    before = many * 0.5  # on both threads, of which the second one starts now if it has not before
    module = getattr(nn, cell)(16, 64, backend="native")
    x = torch.randn(600, 32, 16, requires_grad=True)
    module(x)[0][-1].sum().backward()
    assert not ((x.grad != 0) & (x.grad.abs() < many[0])).any() and x.grad[-1].abs().max() > 1e-3
    assert torch.equal(many * 0.5, before)


@pytest.mark.slow
@pytest.mark.parametrize("room", [1, 3000, 1 << 20])
@pytest.mark.parametrize("cell", CELLS)
def test_chunks_of_any_length(native_library, twins, results, distance, monkeypatch, cell, room):
    """A step at a time, some steps with fewer at the end, and all of them at once."""
    monkeypatch.setattr(bptt, "native_room", lambda: room)
    for sizes in ((7, 3, 4, 5), (7, 100, 33, 34), (1, 1, 1, 1)):  # T, N, D, H
        T, N, D, H = sizes
        theirs, ours = twins(cell, D, H, dtype=torch.float64, backend="native")
        x, h = (torch.randn(size, dtype=torch.float64, requires_grad=True) for size in ((T, N, D), (1, N, H)))
        hx = (h,) * (2 if cell == "LSTM" else 1)
        assert distance(results(ours, x, hx, x), results(theirs, x, hx, x)) < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_weights_in_any_layout(native_library, twins, results, distance, cell):
    """Weights that are a transpose of what lies in memory, inputs whose rows do not lie in order."""
    theirs, ours = twins(cell, D, H, dtype=torch.float64, backend="native")
    for name, weight in theirs.named_parameters():
        if weight.dim() == 2:
            setattr(ours, name, torch.nn.Parameter(weight.detach().T.contiguous().T))
    h = torch.randn(1, N, H, dtype=torch.float64, requires_grad=True)
    x = torch.randn(D, N, T, dtype=torch.float64).permute(2, 1, 0).requires_grad_()
    hx = (h,) * (2 if cell == "LSTM" else 1)
    assert distance(results(ours, x, hx, x), results(theirs, x, hx, x)) < 1e-12 and ours.backend_used == "native"


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_gates_are_kept_only_for_a_way_back(native_library, monkeypatch, cell):
    made, room = [], bptt.room
    monkeypatch.setattr(bptt, "room", lambda *args: made.append(room(*args)) or made[-1])
    module, x = getattr(nn, cell)(D, H, backend="native"), torch.randn(T, N, D)
    kept = [module(x)[0], module(x[:1])[0]]
    with torch.no_grad():
        assert torch.equal(module(x)[0], kept[0])
    assert [v.untyped_storage().nbytes() for v in made[4:]] == [v.untyped_storage().nbytes() for v in made[2:4]]


def test_other_number_formats_take_the_fast_loop():
    module = nn.GRU(D, H, dtype=torch.bfloat16, backend="native")
    with pytest.warns(
        nn.BackendWarning, match=r"Not native: it computes with float32 and float64, not with .*bfloat16"
    ):
        module(torch.randn(T, N, D, dtype=torch.bfloat16))
    assert module.backend_used == "fast"


def test_a_missing_program_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path))
    monkeypatch.setenv("CXX", "no-such-compiler")
    monkeypatch.setattr(build, "unavailable", build.unavailable.__wrapped__)
    monkeypatch.setattr(sys, "platform", "linux")
    falls_back(r"Not native: the program no-such-compiler is not installed \(Debian: apt-get install g\+\+")
    monkeypatch.setenv("CXX", sys.executable)  # there, for certain
    monkeypatch.setattr(shutil, "which", lambda program, path: None if program == "ninja" else program)
    falls_back(r"Not native: the program ninja is not installed \(pip install ninja\)")


@pytest.mark.slow
def test_a_compiler_that_fails_is_quoted(monkeypatch, tmp_path):
    if sys.platform == "win32" or shutil.which("ninja", path=build._path()) is None:
        pytest.skip("there is no ninja here, or no shell")
    compiler = tmp_path / "compiler"
    fails = "echo 'steps.cpp:1:1: fatal error: no such luck'; exit 1"
    compiler.write_text(f'#!/bin/sh\ncase "$*" in *" -c "*) {fails};; esac\necho 13.0.0\n')  # it has a version, though
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path))
    with pytest.raises(build.Failed, match=r"its compilation failed \(steps.cpp:1:1: fatal error: no such luck\)"):
        build.library()
    assert not list(tmp_path.glob("coursekit_native_*/*"))


def test_a_compilation_that_hangs_is_ended(monkeypatch, place):
    monkeypatch.setattr(build, "_COMPILE", "import time; time.sleep(3600)")
    monkeypatch.setattr(build, "PATIENCE_S", 1)
    falls_back("Not native: its compilation had not ended after 1 seconds")
    assert not list(place.glob("*/*"))


def test_what_failed_is_not_tried_again(monkeypatch, place):
    tried = []
    monkeypatch.setattr(build, "library", lambda: tried.append(1) or "/no/such/library.so")
    monkeypatch.setattr(build, "unavailable", build.functools.cache(build.unavailable))
    falls_back("Not native: the compiled library does not work")
    assert len(tried) == 1


def test_a_folder_that_cannot_be_written(monkeypatch, place):
    place.write_text("a file where the folder should be")
    falls_back("Not native: its library cannot be kept in")


def test_a_library_is_compiled_once_and_kept(monkeypatch, place):
    monkeypatch.setattr(build, "_COMPILE", WRITES_A_LIBRARY)
    library = build.library()
    assert library.read_text() == "a library" and library.is_relative_to(place)
    monkeypatch.setattr(build, "_COMPILE", "raise SystemExit('it was there')")
    assert build.library() == library
    monkeypatch.setattr(torch, "__version__", "another")
    with pytest.raises(build.Failed, match="it was there"):
        build.library()


def test_what_a_killed_process_left_is_in_nobodys_way(monkeypatch, place):
    monkeypatch.setattr(build, "_COMPILE", WRITES_A_LIBRARY)
    library = build.library()
    library.unlink()
    (library.parent / "lock").touch()
    (library.parent / "tmpleft").mkdir()
    (library.parent / "tmpleft" / "lock").touch()
    assert build.library() == library and library.exists()


def test_several_that_compile_at_once_each_get_the_library(monkeypatch, place):
    monkeypatch.setattr(build, "_COMPILE", f"import time; time.sleep(0.2)\n{WRITES_A_LIBRARY}")
    with ThreadPoolExecutor(4) as pool:
        libraries = {future.result(60) for future in [pool.submit(build.library) for _ in range(4)]}
    assert len(libraries) == 1 and libraries.pop().read_text() == "a library"
    assert len(list(place.glob("*/*"))) == 1


@pytest.mark.slow
def test_nothing_is_compiled_or_prepared_until_it_is_asked_for(tmp_path):
    code = (
        "import sys, torch, coursekit.nn\n"
        "coursekit.nn.GRU(3, 5)(torch.zeros(2, 1, 3))\n"
        "print('torch.utils.cpp_extension' in sys.modules)"
    )
    assert printed(code, tmp_path) == "False"
    assert not list(Path(tmp_path).iterdir())

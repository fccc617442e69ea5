"""Imports and first uses that every submission would otherwise pay for, and the proof that nothing leaks to a child."""

from __future__ import annotations

import contextlib
import gc
import os
import stat
import sys
import types
from typing import Any


def warm_up(with_torch: bool) -> Any:
    """Import NumPy, Matplotlib, IPython and, if it is asked for, PyTorch, use each once, and return the shell."""
    import numpy as np

    gc.disable()  # nearly all that is made here stays, and to look through it takes a fifth of the start
    if with_torch:
        _touch_torch()
    _touch_matplotlib()
    from . import executor, shell

    made = shell.make_shell()
    executor.seed_all(0)
    with executor.known(0):  # PyTorch imports a module when it is first asked for its default device
        pass
    _touch_shell(made)
    np.testing.assert_allclose(np.ones(2), np.ones(2))
    return made


def _touch_torch() -> None:
    """The first use of a kernel costs milliseconds; the CPU's abilities are looked up once, while /proc is there."""
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    for family in (torch.nn.GRU, torch.nn.LSTM):
        output, _ = family(4, 8, batch_first=True)(torch.randn(2, 5, 4))
        torch.nn.functional.cross_entropy(output[:, -1], torch.zeros(2, dtype=torch.long)).backward()
    assert torch.get_num_threads() == 1


def import_compiler() -> None:
    """What the first optimizer of PyTorch imports takes as long as all the rest of PyTorch, and few notebooks use one.

    Forks have been made before and will be made afterwards, so it must leave no thread and no open file.
    """
    import torch

    before = _descriptors()
    gc.disable()
    torch.optim.Adam(torch.nn.Linear(3, 3).parameters()).step()
    _settle_memory()
    if _threads() > 1 or _descriptors() != before:
        raise SystemExit("the warm server must not fork with what the compiler of PyTorch has left open")


def _touch_matplotlib() -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    from . import pictures

    for scale in ("linear", "log"):
        figure, axes = plt.subplots()
        axes.plot([1e-3, 2.5, 10.0], label="$x_t$ 0123456789")
        axes.set(title="abcdefghijklmnopqrstuvwxyz", xlabel="ABCDEFGHIJKLMNOPQRSTUVWXYZ", yscale=scale)
        axes.legend()
        axes.grid(True)
        pictures.png(figure)
    figure, axes = plt.subplots()
    figure.colorbar(axes.imshow([[1, 2], [3, 4]]))
    pictures.png(figure)
    plt.close("all")


def _touch_shell(shell: Any) -> None:
    shell.run_cell("import numpy as np\nnp.ones(2)", store_history=False)
    shell.run_cell("def f():\n    assert 1 == 2, 'x'\nf()", store_history=False)
    shell.reset(new_session=True)
    shell.collector.reset(0)


def run_prelude(shell: Any, source: str) -> None:
    """What the grader wants to be there in every child. It sees the notebook's names as `notebook`; the notebook does
    not see its names, and so cannot lose them to a `%reset`. Those in its `__all__` can be called by the grader."""
    from portable.own_names import remember_torch_anew

    prelude = types.ModuleType("prelude")
    prelude.notebook = shell.user_ns
    try:
        exec(compile(source, "<prelude>", "exec"), vars(prelude))
    except Exception as error:
        raise SystemExit(f"the prelude failed: {error!r}") from error
    shell.prelude = {name: getattr(prelude, name) for name in vars(prelude).get("__all__", ())}
    remember_torch_anew()  # what the prelude has taken away does not come back while an answer is called


def prepare_for_many() -> None:
    """What takes a while and makes each of many workers cheaper."""
    from . import labels, linux, remembered

    if remembered.is_known():
        with contextlib.suppress(Exception):  # parts of Matplotlib that another version has not: figures do without
            labels.look_at_usual()
        close_caches()
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # without them a class is graded as well
            linux.use_huge_pages()


def close_caches() -> None:
    """Matplotlib keeps font files open; a descriptor shared with all children would share its position too."""
    from matplotlib import font_manager, mathtext

    for owner, name in ((font_manager, "_get_font"), (mathtext.MathTextParser, "_parse_cached")):
        with contextlib.suppress(AttributeError):  # names of Matplotlib's own, which another version may not have
            getattr(owner, name).cache_clear()
    _settle_memory()


def _settle_memory() -> None:
    """What is here stays, and is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.enable()
    # A figure makes 10,000 small objects, nearly all of which stay: looking for rubbish among them costs a tenth.
    gc.set_threshold(50_000)


def compiled_anew() -> list[str]:
    """The sources of the modules here that Python keeps nowhere compiled."""
    specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
    places = [(getattr(spec, "origin", None), getattr(spec, "cached", None)) for spec in specs]
    return [source for source, kept in places if isinstance(kept, str) and not os.path.exists(kept)]


def refuse_if_unclean(control: int) -> None:
    """A fork copies threads badly and everything else too well.

    So there may be one thread, no open file, no socket but the control one, and no course.
    """
    problems = []
    if _threads() > 1:
        problems.append(f"{_threads()} threads")
    for descriptor, mode in _descriptors().items():
        if descriptor != control and (stat.S_ISREG(mode) or stat.S_ISSOCK(mode)):
            problems.append(f"an open {'file' if stat.S_ISREG(mode) else 'socket'} ({descriptor})")
    if any(name.partition(".")[0] == "coursekit" for name in sys.modules):
        problems.append("the coursekit package in memory")
    if problems:
        raise SystemExit("the warm server must not fork with " + ", ".join(problems))


def _threads() -> int:
    """How many this process has, where the system says it; else 1."""
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1


def _descriptors() -> dict[int, int]:
    """The open files and the like beyond the first three, with their modes."""
    found = {}
    for descriptor in range(3, 1024):
        with contextlib.suppress(OSError):
            found[descriptor] = os.fstat(descriptor).st_mode
    return found


def address_space() -> int:
    """Bytes of address space of this process (0 where there is no /proc)."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0

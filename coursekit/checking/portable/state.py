"""The settings that a learner's program can change for the whole process, brought into a known state and put back.

An answer is judged by its numbers, so it runs in the same state wherever it is checked: NumPy warns of overflow,
warnings are no errors and not shown, PyTorch makes float32 tensors on the CPU, records gradients and calls nobody's
hooks around every module, and the names of Python, NumPy and PyTorch stand for what is theirs. What a learner has set
otherwise in an earlier cell is neither held against an answer nor lost.

Two settings of the learner hold for answers as well, because answers may be written for them: float64 as PyTorch's
default, and a recursion limit that was raised. What an answer sets itself holds to the end of the call.
"""

from __future__ import annotations

import builtins
import contextlib
import locale
import os
import random
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import cache, wraps
from itertools import chain, zip_longest
from operator import is_, itemgetter
from typing import Any

import numpy as np

from . import own_names
from .own_names import loaded_torch

# The functions of this module look up their built-ins here, whatever a learner puts in the place of those of Python.
__builtins__ = vars(builtins).copy()

RECURSION = 3000
"""The recursion limit is at least this while an answer runs; in a notebook it is."""

_FLOAT_EVENTS = dict(divide="warn", over="warn", invalid="warn", under="ignore")
_OF_SHELLS = {"copyright", "credits", "display", "exit", "get_ipython", "help", "input", "license", "print", "quit"}
_BUILTINS = {name: value for name, value in vars(builtins).items() if name[0] != "_" and name not in _OF_SHELLS}
_names = itemgetter(*_BUILTINS)


class _Functions:
    """Built-in functions and what stands behind the names of libraries, as it is now.

    every: Python's modules and PyTorch too, which takes longer.
    """

    def __init__(self, every: bool) -> None:
        self._builtins = vars(builtins).copy()
        _settle_builtins()  # what is asked below stands on them
        self._replaced = own_names.replaced(every)
        self.replaced = tuple(each.title for each in self._replaced)
        self._settle_names()

    def settle(self) -> None:
        """The libraries' own are there."""
        _settle_builtins()
        self._settle_names()

    def _settle_names(self) -> None:
        for each in self._replaced:
            each.settle()

    def restore(self) -> None:
        """What was there is there again."""
        for each in self._replaced:
            each.restore()
        now, before = vars(builtins), self._builtins
        if len(now) == len(before) and all(map(is_, now.values(), before.values())):
            return
        for name in [name for name in now if name not in before]:
            del now[name]
        now.update(before)


_around: list[_Functions] = []  # what was there before something that now runs with the libraries' own; one at most


def with_own_functions(function: Callable[..., Any]) -> Callable[..., Any]:
    """While `function` runs, the names of Python, NumPy and PyTorch stand for what is theirs."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if _around:
            return function(*args, **kwargs)
        before = _Functions(every=True)
        _around.append(before)
        try:
            return function(*args, **kwargs)
        finally:
            _around.remove(before)
            before.restore()

    return run


class State:
    """All of it as it is now. generators: the states of the random generators and the names of Python's modules and of
    PyTorch too, which takes longer: there are many times as many as of NumPy's."""

    def __init__(self, generators: bool = False) -> None:
        self._functions = _Functions(every=generators)
        try:
            self._look(generators)
        finally:
            self._functions.restore()

    @property
    def replaced(self) -> tuple[str, ...]:
        """The names, such as "np.abs", in whose places something else than the library's own stands."""
        return tuple(name for each in (*_around, self._functions) for name in each.replaced)

    @property
    def has_all(self) -> bool:
        """Whether nothing was imported since that has settings, too."""
        return bool(self.torch) == bool(loaded_torch()) and bool(self.decimal) == ("decimal" in sys.modules)

    def _look(self, generators: bool) -> None:
        self.numpy = np.geterr(), np.geterrcall(), np.getbufsize()
        self.printing = np.get_printoptions()
        self.filters, self.entries = warnings.filters, list(warnings.filters)
        self.once = dict(warnings.onceregistry)
        self.show = warnings.showwarning, warnings._showwarnmsg_impl
        decimal = sys.modules.get("decimal")
        self.decimal = decimal and decimal.getcontext()
        self.recursion = sys.getrecursionlimit()
        self.locale = locale.setlocale(locale.LC_ALL)
        self.folder = _folder()
        self.generators = (random.getstate(), np.random.get_state(legacy=False)) if generators else None
        torch = loaded_torch()
        self.torch = _Torch(torch, generators) if torch else None

    def settle(self, seed: int | None = None) -> None:
        """Bring the process from this state into the known one; with a seed, its random generators too."""
        self._functions.settle()
        if np.geterr() != _FLOAT_EVENTS:
            np.seterr(**_FLOAT_EVENTS)
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
        warnings.showwarning = warnings._showwarning_orig
        if self.decimal is not None:
            decimal = sys.modules["decimal"]
            decimal.setcontext(decimal.Context())
        if self.recursion < RECURSION:
            sys.setrecursionlimit(RECURSION)
        if seed is not None:
            random.seed(seed)
            np.random.seed(seed % 2**32)
        if self.torch is not None:
            self.torch.settle(seed)

    def restore(self) -> None:
        """Bring the process back into this state."""
        settle_functions(every=self.generators is not None)
        try:
            self._restore()
        finally:
            self._functions.restore()

    def _restore(self) -> None:
        events, call, size = self.numpy
        if np.geterr() != events:
            np.seterr(**events)
        if np.geterrcall() is not call:
            np.seterrcall(call)
        if np.getbufsize() != size:
            np.setbufsize(size)
        if np.get_printoptions() != self.printing:
            np.set_printoptions(**self.printing)
        self._restore_warnings()
        if self.decimal is not None:
            sys.modules["decimal"].setcontext(self.decimal)
        if sys.getrecursionlimit() != self.recursion:
            with contextlib.suppress(RecursionError):  # lower than what is in use now
                sys.setrecursionlimit(self.recursion)
        if locale.setlocale(locale.LC_ALL) != self.locale:
            locale.setlocale(locale.LC_ALL, self.locale)
        if self.folder is not None and _folder() != self.folder:
            with contextlib.suppress(OSError):  # it is gone
                os.chdir(self.folder)
        if self.generators is not None:
            random.setstate(self.generators[0])
            np.random.set_state(self.generators[1])
        if self.torch is not None:
            self.torch.restore()

    def _restore_warnings(self) -> None:
        if warnings.filters is not self.filters or warnings.filters != self.entries:
            warnings.filters = self.filters
            warnings.resetwarnings()  # tells the interpreter that the filters are others
            warnings.filters[:] = self.entries
        if warnings.onceregistry != self.once:
            warnings.onceregistry.clear()
            warnings.onceregistry.update(self.once)
        warnings.showwarning, warnings._showwarnmsg_impl = self.show


class known:
    """A context: while it lasts, the process is in the known state. With a seed, so are the random generators; without
    one, the numbers drawn meanwhile are missing afterwards. It hands out the state that was there before.

    found: that state, if it is known already; to look at it takes as long as to put it back.
    """

    def __init__(self, seed: int | None = None, found: State | None = None) -> None:
        self.seed, self.found = seed, found

    def __enter__(self) -> State:
        has_all = self.found is not None and self.found.has_all
        self.before = self.found if has_all else State(generators=self.seed is not None)
        try:
            self.before.settle(self.seed)
        except BaseException:
            self.before.restore()
            raise
        return self.before

    def __exit__(self, *error: object) -> None:
        self.before.restore()


class _Torch:
    """PyTorch's part of the state."""

    def __init__(self, torch: Any, generators: bool) -> None:
        self.module = torch
        self.dtype = torch.get_default_dtype()
        self.device = torch.get_default_device()
        self.gradients = torch.is_grad_enabled()
        self.deterministic = torch.get_deterministic_debug_mode()
        self.precision = torch.get_float32_matmul_precision()
        self.anomaly = torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()
        self.autocast = torch.is_autocast_enabled("cpu")
        self.threads = torch.get_num_threads()
        self.inference = torch.is_inference_mode_enabled()
        self.saving = _hooks_saved_tensors(torch)
        tables = _hooks_of_all()
        self.hooks = [*map(dict, tables)] if any(tables) else ()
        self._within: list[Any] = []  # contexts of the known state, inside those around a check
        self.generator = torch.default_generator.get_state() if generators else None

    def settle(self, seed: int | None) -> None:
        torch = self.module
        if self.inference:
            self._enter(torch.inference_mode(False))
        if self.saving:
            self._enter(torch.autograd.graph.saved_tensors_hooks(_as_it_is, _as_it_is))  # the innermost alone is asked
        if self.dtype not in (torch.float32, torch.float64):
            torch.set_default_dtype(torch.float32)
        if self.device.type != "cpu":
            torch.set_default_device(None)
            if torch.get_default_device().type != "cpu":  # a `with torch.device(...)` holds
                self._enter(torch.device("cpu"))
        if not self.gradients:
            torch.set_grad_enabled(True)
        if self.deterministic:
            torch.set_deterministic_debug_mode(0)
        if self.precision != "highest":
            torch.set_float32_matmul_precision("highest")
        if self.anomaly[0]:
            torch.set_anomaly_enabled(False)
        if self.autocast:
            torch.set_autocast_enabled("cpu", False)
        if self.hooks:
            self._hook(())
        if seed is not None:
            torch.default_generator.manual_seed(seed)

    def restore(self) -> None:
        torch = self.module
        if self.device.type != "cpu":
            torch.set_default_device(None)  # which an answer may have set
        while self._within:
            self._within.pop().__exit__(None, None, None)
        if torch.get_default_dtype() != self.dtype:
            torch.set_default_dtype(self.dtype)
        if torch.get_default_device() != self.device:
            torch.set_default_device(None if self.device.type == "cpu" else self.device)
        torch.set_grad_enabled(self.gradients)
        if torch.get_deterministic_debug_mode() != self.deterministic:
            torch.set_deterministic_debug_mode(self.deterministic)
        if torch.get_float32_matmul_precision() != self.precision:
            torch.set_float32_matmul_precision(self.precision)
        if torch.is_anomaly_enabled() != self.anomaly[0]:
            torch.set_anomaly_enabled(*self.anomaly)
        if torch.is_autocast_enabled("cpu") != self.autocast:
            torch.set_autocast_enabled("cpu", self.autocast)
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        if self.hooks or any(_hooks_of_all()):
            self._hook(self.hooks)
        if self.generator is not None:
            torch.default_generator.set_state(self.generator)

    def _enter(self, context: Any) -> None:
        context.__enter__()
        self._within.append(context)

    def _hook(self, hooks: Sequence[dict[int, Any]]) -> None:
        for table, there in zip_longest(_hooks_of_all(), hooks, fillvalue={}):
            table.clear()
            table.update(there)


def _hooks_saved_tensors(torch: Any) -> bool:
    """Whether somebody's hooks change what operations keep for the way back. No public name says it."""
    innermost = getattr(torch._C._autograd, "_top_saved_tensors_default_hooks", None)
    return innermost is not None and innermost(False) is not None


def _as_it_is(value: Any) -> Any:
    return value


@cache
def _hooks_of_all() -> tuple[dict[int, Any], ...]:
    """The tables of what PyTorch calls around every module and every optimizer, also around those of a reference."""
    spaces = [vars(sys.modules[name]) for name in ("torch.nn.modules.module", "torch.optim.optimizer")]
    named = chain.from_iterable(space.items() for space in spaces)
    return tuple(table for name, table in named if name.startswith("_global_") and isinstance(table, dict))


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None


def settle_functions(every: bool = False) -> None:
    """Python's built-in functions and NumPy's, and all others if asked, under their names; what a learner has added
    stays."""
    _settle_builtins()
    for each in own_names.replaced(every):
        each.settle()


def _settle_builtins() -> None:
    names = vars(builtins)
    try:
        if all(map(is_, _names(names), _BUILTINS.values())):
            return
    except KeyError:  # one was taken away
        pass
    names.update(_BUILTINS)

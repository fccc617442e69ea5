"""The names of Python's modules, of NumPy and, once it is there, of PyTorch and its classes: what they stand for, and
what a program has put in their places.

What they stand for is looked up when this module is imported, and for PyTorch when its own import ends.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from collections.abc import Iterator

# Under names of their own: in their modules something else may stand in their places.
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from itertools import chain
from operator import is_, itemgetter, methodcaller
from typing import Any, NamedTuple

import numpy as np
import numpy.linalg
import numpy.random

from .dict_numbers import Numbers

# As in `state`: whatever a learner puts in the place of Python's built-ins.
__builtins__ = vars(builtins).copy()

_GONE = object()
_values = methodcaller("values")

# Of Python, what checks and answers ask by name, where neither debuggers nor PyTorch put anything of theirs, as they do
# into inspect, os, sys, threading and warnings.
_PYTHONS = (
    "ast bisect collections contextlib copy dataclasses functools html itertools json linecache math operator "
    "random re textwrap time types"
)
_ZONES = ("altzone", "daylight", "timezone", "tzname")  # `time.tzset` sets them anew
_PARTS = ("autograd", "linalg", "nn", "nn.functional", "nn.init", "nn.utils", "nn.utils.rnn", "optim")
_TORCHES = ("torch", *(f"torch.{part}" for part in _PARTS))
_CLASSES = {  # those that the course's lessons use; PyTorch has ten times as many
    "torch": "Tensor",
    "torch.autograd": "Function",
    "torch.nn": "Module Parameter Sequential ModuleList Linear Embedding Dropout LayerNorm RNNBase RNN LSTM GRU "
    "RNNCellBase RNNCell LSTMCell GRUCell CrossEntropyLoss MSELoss BCEWithLogitsLoss",
    "torch.optim": "Optimizer SGD Adam",
}
_OF_CLASSES = ("__abstractmethods__", "__annotations__", "__dict__", "__doc__", "__module__", "__weakref__")
_SHOWN = ("__repr__", "__str__", "__format__")  # how values are shown is the learner's to choose
_OF_COMPILER = ("__setstate__", "step")  # PyTorch's optimizers and compiler write there, and to Module.__init__
_OF_TORCH = ("manual_seed", "Storage")  # its compiler writes to one, `set_default_dtype` to the other


class Replaced(NamedTuple):
    """A name in a module or a class, what it stands for, and what stands there now.

    title: as it is written in programs, such as "np.abs" and "torch.nn.Module.parameters".
    """

    owner: types.ModuleType | type
    name: str
    title: str
    own: Any
    now: Any

    def settle(self) -> None:
        """The library's own stands there again."""
        _put(self.owner, self.name, self.own)

    def restore(self) -> None:
        """What stood there when it was found stands there again."""
        _put(self.owner, self.name, self.now)


def _put(owner: types.ModuleType | type, name: str, value: Any) -> None:
    if value is not _GONE:
        setattr(owner, name, value)
    elif name in vars(owner):
        delattr(owner, name)


class _Names:
    """Those of one module or class. What stands behind them is known by identity."""

    def __init__(self, owner: types.ModuleType | type, title: str, but: tuple[str, ...] = ()) -> None:
        self.owner, self._title, self._but = owner, title, but
        self._is_class = isinstance(owner, type)
        self._keep({name: own for name, own in vars(owner).items() if self._counts(name)})

    def _keep(self, own: dict[str, Any]) -> None:
        self._own, self._all, self._spec = own, tuple(own.values()), vars(self.owner).get("__spec__")

    def replaced(self) -> list[Replaced]:
        now = vars(self.owner)
        if now.get("__spec__") is not self._spec:  # `importlib.reload` has made its names anew
            self._keep({name: now[name] if _is_anew(own, now.get(name)) else own for name, own in self._own.items()})
        hiding = [name for name in now if name not in self._own and self._hides(name)] if self._is_class else []
        if not hiding and all(map(is_, map(now.get, self._own), self._all)):
            return []
        every = (self._of(name, own, now.get(name, _GONE)) for name, own in self._own.items())
        return [*(each for each in every if each.now is not each.own), *(self._of(n, _GONE, now[n]) for n in hiding)]

    def _of(self, name: str, own: Any, now: Any) -> Replaced:
        return Replaced(self.owner, name, f"{self._title}.{name}", own, now)

    def _counts(self, name: str) -> bool:
        return name not in self._but and (name[0] != "_" or (self._is_class and name[:2] == name[-2:] == "__"))

    def _hides(self, name: str) -> bool:
        """Whether what was added to a class stands before something that it inherits.

        Python leaves lists and texts of its own under such names as `__slotnames__`: a copy of an object does, of one
        class after the other. Learners put methods there.
        """
        inherited = (vars(base)[name] for base in self.owner.__mro__[1:-1] if name in vars(base))
        hidden = next(inherited, _GONE) if self._counts(name) else _GONE
        return hidden is not _GONE and (name[0] != "_" or hasattr(hidden, "__get__"))


def _is_anew(own: Any, now: Any) -> bool:
    """Whether something is the same again, made by the same module: a function, a class, an object of a class."""
    own_code = not isinstance(now, types.FunctionType) or getattr(own, "__globals__", None) is now.__globals__
    return own_code and _made_by(own) == _made_by(now)


def _made_by(value: Any) -> tuple[Any, ...]:
    kind = type(value)  # perhaps one that was made anew, too
    return kind.__module__, kind.__qualname__, getattr(value, "__module__", None)


class _Group:
    """Some of them, looked through as one, if anything was written there since.

    types: a type's place is not taken by what equals it, such as np.float64's by np.dtype("float64"). To ask for
    identity takes several times as long as to compare.
    """

    def __init__(self, names: list[_Names], types: bool = False) -> None:
        self._names, self._types = names, types
        self._spaces = [vars(each.owner) for each in names]
        self._numbers = Numbers(self._spaces)
        self._seen: tuple[int, ...] = ()  # their numbers when they were last found whole
        self._whole: tuple[Any, ...] = ()  # what was there when they were last found whole
        self._kinds = itemgetter(slice(0))  # takes the types out of it

    def replaced(self) -> list[Replaced]:
        numbers = self._numbers.now()
        if numbers and numbers == self._seen:
            return []
        found = self._found()
        if not found:
            self._seen = numbers
        return found

    def _found(self) -> list[Replaced]:
        now = tuple(chain.from_iterable(map(_values, self._spaces)))
        if self._is_whole(now):
            return []  # in a small part of the time that it takes by names
        found = [one for each in self._names for one in each.replaced()]
        if not found:
            self._whole = now
            if self._types:
                self._kinds = itemgetter(*(place for place, own in enumerate(now) if isinstance(own, type)))
        return found

    def _is_whole(self, now: tuple[Any, ...]) -> bool:
        try:
            return now == self._whole and all(map(is_, self._kinds(now), self._kinds(self._whole)))
        except Exception:  # an array, or a stranger's object, that cannot be compared
            return False


def loaded_torch() -> Any:
    """PyTorch, if it is there and whole; it is not imported for this."""
    torch = sys.modules.get("torch")
    return torch if hasattr(torch, "default_generator") else None


def remember_torch() -> None:
    """Look up what the names of PyTorch stand for, if it is there and this was not done yet."""
    if not _torches and loaded_torch() is not None:
        modules = [(name, sys.modules[name]) for name in _TORCHES if name in sys.modules]
        names = [_Names(module, name, _OF_TORCH) for name, module in modules]
        _torches.append(_Group([*names, *_classes()]))


def remember_torch_anew() -> None:
    """What stands behind the names of PyTorch now is its own from here on: whoever grades has taken some of it away."""
    _torches.clear()
    remember_torch()


def _classes() -> Iterator[_Names]:
    kept = (*_OF_CLASSES, *_SHOWN, *_OF_COMPILER)
    for where, names in _CLASSES.items():
        for name in names.split():
            but = (*kept, "__init__") if name == "Module" else kept
            yield _Names(getattr(sys.modules[where], name), f"{where}.{name}", but)


def replaced(every: bool) -> list[Replaced]:
    """What stands in the places of NumPy's own. every: of Python's and PyTorch's, too, which are many times as many."""
    if every:
        remember_torch()
    groups = (_numpys, _pythons, *_torches) if every else (_numpys,)
    return [each for group in groups for each in group.replaced()]


class _Import:
    """Finds PyTorch as Python does, and looks at it as soon as it is there: the rest of a cell may change it."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name == "torch" else None
        if spec is not None and spec.loader is not None:
            own = spec.loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                own(module)
                remember_torch()

            with suppress(AttributeError):
                spec.loader.exec_module = exec_module
        return spec


# `unwritten` puts its own in the places of NumPy's two for a while.
_EMPTY = ("empty", "empty_like")
_NUMPYS = (np, np.linalg, np.random)
_numpys = _Group([_Names(each, each.__name__.replace("numpy", "np"), _EMPTY) for each in _NUMPYS], types=True)
_pythons = _Group([_Names(importlib.import_module(name), name, _ZONES) for name in _PYTHONS.split()])
_torches: list[_Group] = []
remember_torch()
if not _torches:
    sys.meta_path.insert(0, _Import)

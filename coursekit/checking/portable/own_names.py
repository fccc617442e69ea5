"""The public names of NumPy and, once it is there, PyTorch: what they stand for, and what a program has put in their
places.

What they stand for is looked up when this module is imported, and for PyTorch when it is first seen whole.
"""

from __future__ import annotations

import builtins
import contextlib
import operator
import sys
import types
from typing import Any, NamedTuple

import numpy as np
import numpy.linalg
import numpy.random

# As in `state`: whatever a learner puts in the place of Python's built-ins.
__builtins__ = vars(builtins).copy()

_GONE = object()
_PARTS = ("linalg", "nn", "nn.functional", "nn.init", "nn.utils", "optim")
_TORCHES = ("torch", *(f"torch.{part}" for part in _PARTS))


class Replaced(NamedTuple):
    """A public name of a module, what it stands for, and what stands there now."""

    module: types.ModuleType
    name: str
    own: Any
    now: Any

    @property
    def title(self) -> str:
        """As it is written in programs, such as "np.abs" and "torch.tanh"."""
        return f"{self.module.__name__.replace('numpy', 'np')}.{self.name}"

    def settle(self) -> None:
        """The library's own stands there again."""
        setattr(self.module, self.name, self.own)

    def restore(self) -> None:
        """What stood there when it was found stands there again."""
        if self.now is not _GONE:
            setattr(self.module, self.name, self.now)
        else:
            vars(self.module).pop(self.name, None)


class _Names:
    """Those of one module. What stands behind them is known by identity."""

    def __init__(self, module: types.ModuleType, but: tuple[str, ...] = ()) -> None:
        self._module = module
        self._own = {name: own for name, own in vars(module).items() if name[0] != "_" and name not in but}
        self._all, self._look_up = tuple(self._own.values()), operator.itemgetter(*self._own)
        self._whole: tuple[Any, ...] = ()  # what the module held when it was last found whole

    def replaced(self) -> list[Replaced]:
        now = vars(self._module)
        if len(now) == len(self._whole) and all(map(operator.is_, now.values(), self._whole)):
            return []  # in half the time that it takes by names
        with contextlib.suppress(KeyError):  # one was taken away
            if all(map(operator.is_, self._look_up(now), self._all)):
                self._whole = tuple(now.values())
                return []
        every = (Replaced(self._module, name, own, now.get(name, _GONE)) for name, own in self._own.items())
        return [each for each in every if each.now is not each.own]


# `unwritten` puts its own in the places of NumPy's two for a while, PyTorch's compiler in that of `manual_seed`.
_NUMPYS = tuple(_Names(module, but=("empty", "empty_like")) for module in (np, np.linalg, np.random))
_torches: list[_Names] = []


def loaded_torch() -> Any:
    """PyTorch, if it is there and whole; it is not imported for this."""
    torch = sys.modules.get("torch")
    return torch if hasattr(torch, "default_generator") else None


def remember_torch() -> None:
    """Look up what the names of PyTorch stand for, if it is there and this was not done yet."""
    if not _torches and loaded_torch() is not None:
        _torches.extend(_Names(sys.modules[name], but=("manual_seed",)) for name in _TORCHES if name in sys.modules)


def replaced(torch: bool) -> list[Replaced]:
    """What stands in the places of the libraries' own. torch: PyTorch's too, which are three times as many."""
    if torch:
        remember_torch()
    return [each for names in (*_NUMPYS, *(_torches if torch else ())) for each in names.replaced()]


remember_torch()

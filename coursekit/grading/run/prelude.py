"""What a worker has before a student's first cell. Its source is sent; nothing here is imported by the grader.

Lessons import `coursekit` for checks, figures and training, and none of that is there while a submission is graded.
A stand-in takes its place: importing from it works, so that the other lines of an import cell still run, and using
what was imported raises `NotWhileGrading`, which the grader shows as a remark and not as an error. Named tuples and
constants, which an answer may well use, are there (`lent` says which), and while an answer is called some functions.
"""

import collections
import contextlib
import importlib.abc
import importlib.machinery
import sys
import types

from portable.earlier import substituted
from portable.plain import returned
from portable.record import Recorder, function_of
from portable.sent import packed

__all__ = ["call_answer", "read_again", "run_beside", "trace_answer", "trace_beside"]

LENT = {}  # the grader puts its table here
notebook = globals().get("notebook", {})  # the names of the notebook


class NotWhileGrading(RuntimeError):
    pass


class _StandIn:
    """Anything imported from coursekit."""

    def __init__(self, name):
        self.__name__ = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _found(f"{self.__name__}.{name}")

    def __call__(self, *args, **kwargs):
        if self.__name__ in _functions:
            return _functions[self.__name__](*args, **kwargs)
        raise NotWhileGrading(f"{self.__name__} is not there while a submission is graded.")


_functions = {}  # of the grader, by their full names, while an answer is called


def _made(name):
    kind, content = LENT[name]
    if kind == "record":
        module, _, own = name.rpartition(".")
        fields, defaults = content
        return collections.namedtuple(own, fields, defaults=defaults, module=module)
    if kind == "made":
        record, values = content
        return _made(record)(*values)
    return sys.modules["numpy"].array(content) if kind == "array" else content


_lent = {name: _made(name) for name in LENT}


def _found(name):
    return _lent[name] if name in _lent else _StandIn(name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "coursekit":
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = _StandIn(spec.name).__getattr__
        return module

    def exec_module(self, module):
        pass


def call_answer(name, first, earlier, lent, *args):
    """Call an answer, and read what it returns as the checks in a notebook do.

    Meanwhile earlier exercises' names mean the grader's functions, so that one mistake counts once, and the functions
    in `lent` are there. What the `first` call of a check returns is kept for `read_again`.
    """
    answer = _answer(name)  # before names mean something else: it may be one of them, under another name
    with substituted(answer, earlier, notebook), _with_functions(lent):
        return _remembered(first, returned(answer, *args))


def run_beside(source, runner, name, first, earlier, *args):
    """Call a function of the grader with an answer that cannot leave this process, such as a torch module."""
    names = {}
    exec(source, names)
    answer = _answer(name)
    with substituted(answer, earlier, notebook):
        return _remembered(first, returned(names[runner], answer, *args))


def trace_answer(name, earlier, lent, *args):
    """Call an answer, and tell beside the value what its lines have held; None where that cannot be told."""
    answer = _answer(name)
    function = function_of(answer)
    with substituted(answer, earlier, notebook), _with_functions(lent):
        if function is None:
            return returned(answer, *args), None
        recorder = Recorder(function)
        return returned(lambda *given: recorder.run(answer, *given), *args), packed(recorder)


def trace_beside(source, runner, name, earlier, *args):
    """Call a function of the grader with an answer, and tell beside the value what the answer's lines have held."""
    names = {}
    exec(source, names)
    answer = _answer(name)
    function = function_of(answer)
    with substituted(answer, earlier, notebook):
        if function is None:
            return returned(names[runner], answer, *args), None
        if isinstance(answer, type):
            recorder = Recorder(function, within=True)
            return returned(recorder.run, names[runner], answer, *args), packed(recorder)
        recorder = Recorder(function)
        return returned(names[runner], lambda *given: recorder.run(answer, *given), *args), packed(recorder)


def read_again():
    """What the first call returned, as it is by now: a later call may have overwritten its memory."""
    return _first.pop()


_first = []


def _remembered(first, value):
    if first:
        _first[:] = [value]
    return value


def _answer(name):
    if name not in notebook:
        raise NameError(f"name '{name}' is not defined")
    return notebook[name]


@contextlib.contextmanager
def _with_functions(lent):
    _functions.update(lent)
    try:
        yield
    finally:
        _functions.clear()


sys.meta_path.insert(0, _Finder())

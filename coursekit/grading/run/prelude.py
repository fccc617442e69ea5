"""What a worker has before a student's first cell. Its source is sent; nothing here is imported by the grader.

Lessons import `coursekit` for checks, figures and training, and none of that is there while a submission is graded.
A stand-in takes its place: importing from it works, so that the other lines of an import cell still run, and using
what was imported raises `NotWhileGrading`, which the grader shows as a remark and not as an error.
"""

import importlib.abc
import importlib.machinery
import sys
import types


class NotWhileGrading(RuntimeError):
    pass


class _StandIn:
    """Anything imported from coursekit."""

    def __init__(self, name):
        self.__name__ = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandIn(f"{self.__name__}.{name}")

    def __call__(self, *args, **kwargs):
        raise NotWhileGrading(f"{self.__name__} is not there while a submission is graded.")


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


def _call_with_earlier_answers(name, earlier, *args):
    """Call an answer while earlier exercises' names mean the grader's functions, so that one mistake counts once."""
    function = globals()[name]
    names = getattr(function, "__globals__", globals())
    missing = object()
    before = {key: names.get(key, missing) for key in earlier}
    names.update(earlier)
    try:
        return function(*args)
    finally:
        for key, value in before.items():
            if value is missing:
                names.pop(key, None)
            else:
                names[key] = value


def _run_beside(source, runner, name, *args):
    """Call a function of the grader with an answer that cannot leave this process, such as a torch module."""
    names = {}
    exec(source, names)
    return names[runner](globals()[name], *args)


sys.meta_path.insert(0, _Finder())

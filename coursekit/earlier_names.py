"""Names under which earlier lessons import things that lie elsewhere now.

A learner's copy of the lessons is never overwritten, so it may be older than the package. `import coursekit` puts the
finder below before Python's own, because a folder that is gone leaves its `__pycache__` in a clone, and Python takes
that for a package. A name of the table means the module of today. Nothing in this package uses it.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
import types
from collections.abc import Sequence

_MODULES = {
    "applications": {
        "actor_critic": "topics.control.actor_critic",
        "anomaly": "topics.anomaly.task",
        "anomaly_scores": "results.intervals",
        "character_model": "topics.text.characters",
        "control": "topics.control.task",
        "forecasting": "topics.forecasting.task",
        "health": "topics.health.task",
        "logistic": "baselines.logistic",
        "music": "topics.music.task",
        "recommendation": "topics.recommendation.task",
        "robotics": "topics.robotics.task",
        "robotics_arm": "topics.robotics.arm",
        "sound": "topics.music.sound",
        "speech": "topics.speech.task",
        "translation": "topics.translation.task",
        "translation_baselines": "topics.translation.baselines",
        "translation_model": "topics.translation.model",
        "words": "topics.text.names",
    },
    "data": {
        "anomaly": "topics.anomaly.data",
        "control": "topics.control.data",
        "forecasting": "topics.forecasting.data",
        "health": "topics.health.data",
        "midi": "topics.music.midi",
        "music": "topics.music.data",
        "ngram": "baselines.ngram",
        "own_environment": "topics.control.own_environment",
        "own_file": "sources.own_file",
        "recommendation": "topics.recommendation.data",
        "robotics": "topics.robotics.data",
        "speech": "topics.speech.data",
        "tasks": "sources.tasks",
        "text": "sources.text",
        "translation": "topics.translation.data",
        "translation_file": "topics.translation.own_pairs",
        "words": "topics.text.data",
    },
    "exercises": {
        "bptt_hiding": "topics.bptt.hiding",
        "fallback": "checking.fallback",
        "gru_candidates": "topics.gru_backward.candidates",
        "gru_paths": "topics.gru_backward.paths",
    },
    "experiments": {
        "intervals": "results.intervals",
        "problems": "topics.claims.experiments.problems",
        "runs": "topics.claims.experiments.runs",
    },
    "explore": {},
}

_NAMES = {  # where a package of earlier finds what was imported from it by name
    "data": ("sources.tasks", "sources.text", "baselines.ngram"),
    "experiments": ("topics.claims.experiments",),
    "explore": ("topics.gru.explorer", "topics.vanishing_gradients.explorer"),
}

_ROOT = __name__.partition(".")[0]


class _Package(types.ModuleType):
    """A package that is gone: its names are looked up where they lie now."""

    def __getattr__(self, name: str) -> object:
        if not name.startswith("__"):
            for place in _NAMES.get(self.__name__.rpartition(".")[2], ()):
                module = importlib.import_module(f"{_ROOT}.{place}")
                if hasattr(module, name):
                    return getattr(module, name)
        raise AttributeError(f"{self.__name__} has no {name!r}; today's lessons import it from elsewhere")


class _Finder:
    """Finds modules by their earlier names, and loads them."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        root, _, rest = name.partition(".")
        package, _, module = rest.partition(".")
        if root != _ROOT or package not in _MODULES or (module and module not in _MODULES[package]):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=not module)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Package(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        _, package, *name = module.__name__.split(".")
        if name:
            sys.modules[module.__name__] = importlib.import_module(f"{_ROOT}.{_MODULES[package][name[0]]}")


def understand() -> None:
    """Let imports under earlier names work from now on."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())

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

_PACKAGES = ("applications", "data", "exercises", "experiments", "explore")

_MODULES = {
    "applications.actor_critic": "topics.control.actor_critic",
    "applications.anomaly": "topics.anomaly.task",
    "applications.anomaly_scores": "results.intervals",
    "applications.character_model": "topics.text.characters",
    "applications.control": "topics.control.task",
    "applications.forecasting": "topics.forecasting.task",
    "applications.health": "topics.health.task",
    "applications.logistic": "baselines.logistic",
    "applications.music": "topics.music.task",
    "applications.recommendation": "topics.recommendation.task",
    "applications.robotics": "topics.robotics.task",
    "applications.robotics_arm": "topics.robotics.arm",
    "applications.sound": "topics.music.sound",
    "applications.speech": "topics.speech.task",
    "applications.translation": "topics.translation.task",
    "applications.translation_baselines": "topics.translation.baselines",
    "applications.translation_model": "topics.translation.model",
    "applications.words": "topics.text.names",
    "data.anomaly": "topics.anomaly.data",
    "data.control": "topics.control.data",
    "data.forecasting": "topics.forecasting.data",
    "data.health": "topics.health.data",
    "data.midi": "topics.music.midi",
    "data.music": "topics.music.data",
    "data.ngram": "baselines.ngram",
    "data.own_environment": "topics.control.own_environment",
    "data.own_file": "sources.own_file",
    "data.recommendation": "topics.recommendation.data",
    "data.robotics": "topics.robotics.data",
    "data.speech": "topics.speech.data",
    "data.tasks": "sources.tasks",
    "data.text": "sources.text",
    "data.translation": "topics.translation.data",
    "data.translation_file": "topics.translation.own_pairs",
    "data.words": "topics.text.data",
    "exercises.bptt_hiding": "topics.bptt.hidden_mistakes",
    "exercises.fallback": "checking.fallback",
    "exercises.gru_candidates": "topics.gru_backward.candidates",
    "exercises.gru_paths": "topics.gru_backward.paths",
    "experiments.intervals": "results.intervals",
    "experiments.problems": "topics.claims.experiments.problems",
    "experiments.runs": "topics.claims.experiments.runs",
    "nn.readable": "nn.gru.readable",
    "nn.triton_run": "nn.gru.launch",
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
        if root != _ROOT or (rest not in _PACKAGES and rest not in _MODULES):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=rest in _PACKAGES)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Package(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        place = _MODULES.get(module.__name__.partition(".")[2])
        if place is not None:
            sys.modules[module.__name__] = importlib.import_module(f"{_ROOT}.{place}")


def understand() -> None:
    """Let imports under earlier names work from now on."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())

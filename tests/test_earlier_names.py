"""Lessons that a learner copied before the package was rearranged: what their cells import is still there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.processes import finished

LINES = (
    "from coursekit import check, experiments, hint, plots, predicted",
    "from coursekit.applications import anomaly",
    "from coursekit.applications import character_model as characters",
    "from coursekit.applications import control",
    "from coursekit.applications import forecasting as fc",
    "from coursekit.applications import health",
    "from coursekit.applications import music",
    "from coursekit.applications import recommendation",
    "from coursekit.applications import robotics, robotics_arm",
    "from coursekit.applications import speech",
    "from coursekit.applications import translation",
    "from coursekit.applications import words",
    "from coursekit.applications.actor_critic import OneStep, train_policy",
    "from coursekit.applications.anomaly_scores import poisson_upper",
    "from coursekit.applications.logistic import logistic_tuned",
    "from coursekit.applications.sound import play",
    "from coursekit.applications.speech import features, held_out, turn_round",
    "from coursekit.applications.translation_baselines import nearest_text",
    "from coursekit.applications.translation_model import PAD, Translator",
    "from coursekit.data import NGram, Vocabulary, bits_per_character, chunks, perplexity, split",
    "from coursekit.data import flagged_symbol, standard_library_text",
    "from coursekit.data.anomaly import ecg, machine, sensor",
    "from coursekit.data.control import NOISY_POSITIONS, POSITIONS, SCALE, STATE, UNITS, CartPole",
    "from coursekit.data.forecasting import half_hourly_demand",
    "from coursekit.data.health import glucose",
    "from coursekit.data.midi import own_folder, write_midi",
    "from coursekit.data.music import bach_chorales",
    "from coursekit.data.ngram import NGram",
    "from coursekit.data.own_environment import BadEnvironment, own_environment",
    "from coursekit.data.own_file import BadFile",
    "from coursekit.data.recommendation import PER_GENRE, made_sessions",
    "from coursekit.data.robotics import ARM_HERTZ, LINKS, MOTION_HERTZ, basic_motions",
    "from coursekit.data.speech import FRAMES_PER_SECOND, japanese_vowels",
    "from coursekit.data.tasks import first_symbol, flagged_symbol",
    "from coursekit.data.text import standard_library_text",
    "from coursekit.data.translation import dates, number_words",
    "from coursekit.data.translation_file import read_pairs",
    "from coursekit.data.words import own_text, surnames",
    "from coursekit.exercises.bptt_hiding import hidden",
    "from coursekit.exercises.fallback import yours_or_ours",
    "from coursekit.exercises.gru_candidates import hidden",
    "from coursekit.exercises.gru_paths import passed_on",
    "from coursekit.experiments import problems, runs",
    "from coursekit.experiments.intervals import t_table",
    "from coursekit.explore import explore_gates",
    "from coursekit.explore import explore_gradients",
    "from coursekit.nn import readable, triton_run",
)


@pytest.mark.parametrize("line", LINES)
def test_what_earlier_lessons_import_is_still_there(line: str):
    exec(line, {})


def test_a_module_has_one_identity_and_keeps_its_own_name():
    from coursekit.applications import forecasting

    from coursekit.topics.forecasting import task

    assert forecasting is task and task.__spec__.name == "coursekit.topics.forecasting.task"


def test_what_earlier_lessons_ask_of_an_exercise_is_still_there():
    from coursekit.checking import registry

    assert registry.get("rnn_backward").misconceptions[1].implement is not None


def test_names_that_never_were_are_errors_as_ever():
    for line in (
        "import coursekit.data.no_such_file",
        "from coursekit.data import no_such_name",
        "import coursekit.xyz",
    ):
        with pytest.raises(ImportError):
            exec(line, {})


def test_what_is_left_of_a_folder_in_a_clone_hides_nothing(tmp_path: Path):
    """`git pull` removes files and leaves __pycache__, so the folder stays, empty for Python."""
    shadow = tmp_path / "experiments" / "__pycache__"
    shadow.mkdir(parents=True)
    code = (
        f"import coursekit; coursekit.__path__.append({str(tmp_path)!r})\n"
        "from coursekit import experiments; print(experiments.QUICK.seeds)"
    )
    done = finished([sys.executable, "-c", code], check=True)
    assert int(done.stdout) > 0


def test_they_cost_nothing_before_they_are_used():
    code = "import sys, coursekit; print(*sys.modules)"
    done = finished([sys.executable, "-c", code], check=True)
    loaded = {name for name in done.stdout.split() if name.partition(".")[0] in ("coursekit", "numpy", "torch")}
    assert loaded == {"coursekit", "coursekit.earlier_names"}

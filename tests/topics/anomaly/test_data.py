"""Recordings with labels: real where the package is installed, generated and labelled so where it is not."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.topics.anomaly.data import ecg, machine, sensor

pytestmark = pytest.mark.usefixtures("cut_off")

needs_sktime = pytest.mark.skipif(importlib.util.find_spec("sktime") is None, reason="needs the extra [speech]")


def runs(true):
    return np.flatnonzero(np.diff(np.r_[0, true.astype(int), 0])).reshape(-1, 2)


@needs_sktime
def test_the_real_recordings():
    web, heart = sensor(), ecg()
    assert web.values.shape == (1000,) and web.per_day == 24 and web.values[0] == -46.3943563961523
    assert np.flatnonzero(web.anomalous).tolist() == [431, 478, 610, 681, 718, 732, 846]
    assert heart.values.shape == (7500,) and heart.per_day == 360 * 86_400 and heart.values[0] == -0.195
    assert runs(heart.anomalous).tolist() == [[6936, 7288]]
    for recording in (web, heart):
        assert not recording.provenance.generated and "not stated by the package" in recording.provenance.text


@pytest.mark.parametrize(("load", "T", "events"), [(sensor, 1000, 7), (ecg, 7500, 1)])
def test_without_the_package_recordings_of_the_same_shape(monkeypatch, load, T, events):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(GeneratedDataWarning, match=r"\[speech\]"):
        made = load()
    assert made.provenance.generated and made.values.shape == made.anomalous.shape == (T,)
    assert len(runs(made.anomalous)) == events and np.isfinite(made.values).all()
    # The lessons take the first two fifths (sensor) and three fifths (heart) to be normal.
    assert not made.anomalous[: int({1000: 0.4, 7500: 0.6}[T] * T)].any()


def test_the_machine_is_labelled_generated_and_has_its_events_at_the_end():
    made = machine(days=10, events=20, seed=3)
    assert made.provenance.generated and "Generated" in made.provenance.title
    assert made.values.shape == (14_400,) and len(runs(made.anomalous)) == 20
    assert not made.anomalous[: int(0.6 * 14_400)].any()
    np.testing.assert_array_equal(machine(days=10, events=20, seed=3).values, made.values)
    assert np.abs(machine(days=10, events=20, seed=4).values - made.values).max() > 0.1

"""The readings of lesson 11: real ones with their gaps, or generated ones with gaps of the same kind."""

from __future__ import annotations

import importlib.util
import re

import numpy as np
import pytest

from coursekit.installation import install_command
from coursekit.sources.installed import GeneratedDataWarning
from coursekit.topics.health.data import STEP, glucose

pytestmark = pytest.mark.usefixtures("cut_off")


def looks_right(sensor):
    assert sensor.times.shape == sensor.values.shape and 40_000 < len(sensor.values) < 60_000
    assert np.isfinite(sensor.values).all() and sensor.values.min() >= 40 and sensor.values.max() <= 400  # mg/dL
    steps = np.diff(sensor.times)
    assert (steps > np.timedelta64(0)).all() and (steps == STEP).mean() > 0.95 and (steps > 2 * STEP).sum() > 100
    assert 0.01 < (sensor.values < 70).mean() < 0.1, "lows are rare, and there are some"


def test_the_real_readings():
    if importlib.util.find_spec("bokeh_sampledata") is None:
        pytest.skip("bokeh_sampledata is not installed")
    sensor = glucose()
    assert not sensor.provenance.generated and "public domain" in sensor.provenance.text
    assert len(sensor.values) == 52_278 and sensor.values[0] == 258
    looks_right(sensor)


def test_generated_where_the_package_is_missing(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(GeneratedDataWarning, match=re.escape(install_command("data"))):
        sensor = glucose()
    assert sensor.provenance.generated
    looks_right(sensor)

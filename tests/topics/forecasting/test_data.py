"""The series of lesson 09: read from installed packages without importing them, generated where those are missing."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

from coursekit.sources.installed import GeneratedDataWarning, Unavailable
from coursekit.sources.python_file import longest_list
from coursekit.topics.forecasting import data as forecasting

pytestmark = pytest.mark.usefixtures("cut_off")

LOADERS = {
    "pmdarima": (forecasting.half_hourly_demand, 4032, 30, (15_000, 45_000)),
    "statsmodels": (forecasting.hourly_demand, 3600, 60, (2_500, 9_000)),
    "bokeh_sampledata": (forecasting.sea_temperature, 19_249, 30, (-2, 30)),
}
loaders = pytest.mark.parametrize(
    ("package", "load", "readings", "minutes", "span"), [(name, *rest) for name, rest in LOADERS.items()]
)


def looks_right(recording, readings, minutes, span):
    values = recording.values[np.isfinite(recording.values)]
    assert recording.values.shape == recording.times.shape == (readings,) and recording.values.dtype == np.float64
    assert set(np.diff(recording.times)) == {np.timedelta64(minutes, "m")}
    assert span[0] < values.min() < values.max() < span[1] and values.std() > 0.05 * (span[1] - span[0])
    assert np.isnan(recording.values).mean() < 0.01


@loaders
def test_the_real_series(package, load, readings, minutes, span):
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    before = set(sys.modules)
    recording = load()
    assert not recording.provenance.generated and package in recording.provenance.text
    assert not {name for name in set(sys.modules) - before if name.partition(".")[0] == package}, "it was imported"
    looks_right(recording, readings, minutes, span)


@loaders
def test_generated_where_the_package_is_missing(package, load, readings, minutes, span, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(GeneratedDataWarning, match=f"{package} is not installed.*pip install"):
        recording = load()
    assert recording.provenance.generated and "GENERATED" in recording.provenance.text
    looks_right(recording, readings, minutes, span)
    with pytest.warns(GeneratedDataWarning):
        np.testing.assert_array_equal(load().values, recording.values)


def test_known_readings():
    """The first and last numbers of Taylor's series, as printed in the documentation of two packages."""
    try:
        values = forecasting.TAYLOR.read()["datasets/taylor.py"].decode()
    except Unavailable as problem:
        pytest.skip(str(problem))
    numbers = longest_list(values)
    assert numbers[:5].tolist() == [22262, 21756, 22247, 22759, 22549]

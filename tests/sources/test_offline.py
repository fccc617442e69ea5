"""All data sets, loaded by a process that has no network at all."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys

import pytest

from coursekit.sources.installed import Unavailable
from coursekit.topics.data_sets import every

ALONE = ["bwrap", "--dev-bind", "/", "/", "--unshare-net"]
LOAD_ALL = """
import socket, warnings

try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
except OSError as error:
    assert "unreachable" in str(error), error  # cut off: not refused, and not too slow
warnings.simplefilter("error")
from coursekit import topics

rooms = {module.__name__.split(".")[-2]: module for module in topics.modules("data")}
anomaly, forecasting, health, music = (rooms[name] for name in ("anomaly", "forecasting", "health", "music"))
robotics, speech, text, translation = (rooms[name] for name in ("robotics", "speech", "text", "translation"))
microcontroller, number_series = rooms["microcontroller"], rooms["number_series"]
loaders = (
    anomaly.sensor, anomaly.ecg, forecasting.half_hourly_demand, forecasting.hourly_demand,
    forecasting.sea_temperature, health.glucose, music.bach_chorales, robotics.basic_motions,
    speech.japanese_vowels, translation.dates, translation.number_words, text.surnames,
    microcontroller.handwritten_digits, number_series.stock_prices, number_series.wine_sales,
)
for load in loaders:
    print(load().provenance.title)
"""


def test_the_cut_is_felt():
    with socket.socket() as one, pytest.raises(pytest.fail.Exception, match="opened a connection"):
        one.connect(("127.0.0.1", 9))


@pytest.mark.slow
def test_every_data_set_is_loaded_without_a_network():
    if shutil.which("bwrap") is None or subprocess.run([*ALONE, "true"], capture_output=True, timeout=300).returncode:
        pytest.skip("no bubblewrap here to take the network away (Debian: apt-get install bubblewrap)")
    for data_set in every():
        try:
            data_set.paths()
        except Unavailable as reason:
            pytest.skip(str(reason))
    done = subprocess.run([*ALONE, sys.executable, "-c", LOAD_ALL], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert sorted(done.stdout.splitlines()) == sorted(data_set.title for data_set in every())

"""`coursekit data`: what is here and what is missing."""

from __future__ import annotations

import pytest

from coursekit.cli.data import described
from coursekit.installation import install_command
from coursekit.topics.data_sets import every
from tests.sources.test_installed import numbers, package  # noqa: F401


def test_every_data_set_is_listed_with_its_licence(run):
    done = run("data")
    assert done.returncode == 0 and done.stderr == ""
    for data_set in every():
        assert data_set.name in done.stdout
    assert done.stdout.count("Licence: ") == done.stdout.count("Source: ") == len(every())


def test_what_is_here_has_a_size(package):  # noqa: F811
    assert described(numbers(), 8).splitlines()[0] == "numbers   here, 0 kB, in some_numbers"


@pytest.mark.parametrize(("extra", "command"), [("data", install_command("data")), ("", "pip install gone")])
def test_what_is_missing_says_how_to_get_it(extra, command):
    text = described(numbers(package="gone", extra=extra), 8)
    assert text.startswith("numbers   missing: the package gone is not installed: ") and command in text
    assert "Licence: none." in text

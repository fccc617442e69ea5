"""Finding data in installed packages: what is missing or changed is said loudly, and generated instead."""

from __future__ import annotations

import re
import sys

import pytest

from coursekit.installation import install_command
from coursekit.sources.installed import (
    DataSet,
    GeneratedDataWarning,
    Unavailable,
    catalogued,
    fingerprint,
    load_or_generate,
)

CONTENTS = {"tables/a.csv": b"1,2\n", "tables/b.csv": b"3,4\n"}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package which fails when it is imported: a loader must not need that."""
    root = tmp_path / "some_numbers"
    (root / "tables").mkdir(parents=True)
    (root / "__init__.py").write_text("raise RuntimeError('imported')\n")
    for name, content in CONTENTS.items():
        (root / name).write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    yield root
    sys.modules.pop("some_numbers", None)


def numbers(**changes):
    given = dict(
        name="numbers",
        title="Some numbers",
        package="some_numbers",
        files=("tables/*.csv",),
        sha256=(fingerprint(CONTENTS),),
        source="a test",
        licence="none",
        extra="data",
        tried="some-numbers==2.0",
    )
    return DataSet(**given | changes)


def parse(contents):
    return sorted(contents)


def test_reads_the_files_without_importing_the_package(package):
    values, provenance = load_or_generate(numbers(), parse, list)
    assert values == ["tables/a.csv", "tables/b.csv"] and not provenance.generated
    assert provenance.text == "Some numbers. Source: a test, in the package some_numbers. Licence: none."


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda root: (root / "tables/a.csv").write_bytes(b"1,9\n"),
            "holds other data.*: pip install some-numbers==2.0",
        ),
        (lambda root: (root / "tables/a.csv").rename(root / "tables/c.csv"), "holds other data.*some-numbers==2.0"),
        (
            lambda root: [path.unlink() for path in root.glob("tables/*")],
            "has no file.*: pip install some-numbers==2.0",
        ),
        (lambda root: root.rename(root.parent / "renamed"), f"not installed: {re.escape(install_command('data'))}"),
    ],
    ids=["changed", "renamed", "gone", "not installed"],
)
def test_what_is_missing_or_changed_is_generated_with_a_warning(package, damage, said):
    """What is installed already would not be changed by installing it once more: its version has to be named."""
    damage(package)
    with pytest.warns(GeneratedDataWarning, match=f"{said}.*GENERATED"):
        values, provenance = load_or_generate(numbers(), parse, lambda: ["made up"])
    assert values == ["made up"] and provenance.generated and provenance.text.startswith("GENERATED in place of")


def test_a_fault_of_the_parser_is_not_taken_for_missing_data(package):
    def broken(contents):
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        load_or_generate(numbers(), broken, list)


def test_a_package_without_files_or_without_an_extra(package):
    with pytest.raises(Unavailable, match="pip install some_numbers"):
        numbers(extra="", tried="", files=("nothing.txt",)).read()


def test_the_catalogue_holds_one_data_set_of_a_name(monkeypatch):
    monkeypatch.setattr("coursekit.sources.installed.CATALOGUE", {})
    assert catalogued(numbers()) is not None and catalogued(numbers()) == numbers()
    with pytest.raises(ValueError, match="two data sets"):
        catalogued(numbers(title="Other numbers"))

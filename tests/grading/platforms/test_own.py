"""What of an installed package goes along: its own files, and what it needs, as pip reads it."""

from __future__ import annotations

import importlib.metadata

import pytest

from coursekit.grading.platforms.pack import own


@pytest.fixture
def installed(tmp_path):
    """Writes a package as pip leaves it, and gives its distribution."""

    def make(*needs, files=("mine.py", "mine/data.txt")):
        site = tmp_path / "site"
        info = site / "mine-1.0.dist-info"
        info.mkdir(parents=True)
        requires = "".join(f"Requires-Dist: {each}\n" for each in needs)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n{requires}")
        (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
        for file in ("mine.py", "mine/data.txt"):
            (site / file).parent.mkdir(exist_ok=True)
            (site / file).write_text("x = 1\n")
        return importlib.metadata.PathDistribution(info)

    return make


def test_only_files_of_its_own_go_along(installed, tmp_path):
    (tmp_path / "secret.txt").write_text("of the teacher")
    files = ("mine.py", "mine/data.txt", str(tmp_path / "secret.txt"), "../secret.txt", "mine.pth", "__pycache__/m.pyc")
    brought = own._of(installed(files=files))
    assert {name for name in brought.files if ".dist-info" not in name} == {"mine.py", "mine/data.txt"}


def test_what_it_needs_keeps_its_extras(installed):
    [needed] = own._of(installed("nbformat[test]>=5", 'absent; extra == "more"')).requirements
    assert needed == f"nbformat[test]=={importlib.metadata.version('nbformat')}"


@pytest.mark.parametrize(
    ("need", "said"), [("no such thing at all", "in a way that pip does not read"), ("absent-1", "not installed here")]
)
def test_what_no_platform_could_install_is_said(installed, need, said):
    with pytest.raises(own.CannotPack, match=said):
        own._of(installed(need))

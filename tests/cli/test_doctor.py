"""`coursekit doctor`: on this computer, and on ones that are ill in known ways."""

from __future__ import annotations

import importlib.metadata
import json
import socket
import sys

import pytest

from coursekit.cli import checkup, surroundings
from coursekit.cli.finding import BROKEN, MISSING, OK


def states(findings):
    return [finding.state for finding in findings]


def text_of(findings):
    return "\n".join(map(str, findings))


@pytest.fixture
def requiring(tmp_path):
    """The metadata of a package, as pip would have installed it."""

    def make(*lines: str) -> importlib.metadata.Distribution:
        folder = tmp_path / "coursekit-0.1.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            "\n".join(["Metadata-Version: 2.1", "Name: coursekit", "Version: 0.1", *lines])
        )
        return importlib.metadata.PathDistribution(folder)

    return make


@pytest.mark.slow
def test_this_computer_is_well(run):
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    lines = {line[9:20].strip(): line[:8].strip() for line in done.stdout.splitlines() if line[:1].strip()}
    assert {
        lines[what] for what in ("Python", "packages", "disk", "folder", "port", "libraries", "nbgrader", "kernel")
    } == {OK}
    assert {"GPU", "Triton", "sandbox", "progress"} <= lines.keys()
    assert "Lessons can be done here: `coursekit lab` opens them.\n" in done.stdout
    assert ("cannot be graded safely" in done.stdout) == (lines["sandbox"] == MISSING)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "sentence"),
    [("/nowhere/bin/python", "python3: it does not start"), (sys.base_prefix + "/bin/python3", "python3: ")],
)
def test_a_kernel_of_another_environment_is_found(call, tmp_path, monkeypatch, program, sentence):
    folder = tmp_path / "share" / "kernels" / "python3"
    folder.mkdir(parents=True)
    argv = [program, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "old", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    done = call("doctor")
    assert done.returncode == 1 and "Traceback" not in done.stderr + done.stdout
    said = " ".join(done.stdout.split())
    assert f"broken kernel {sentence}" in said and "Delete the folder" in said
    assert "One thing has to be mended before lessons can be done here.\n" in done.stdout


def test_packages_in_their_ranges_share_a_line(requiring):
    [finding] = checkup.packages(requiring("Requires-Dist: numpy>=2", "Requires-Dist: nbformat"))
    assert finding.state == OK and f"numpy {importlib.metadata.version('numpy')}" in finding.said


def test_a_package_out_of_its_range_and_a_missing_one_are_told_with_the_command(requiring):
    found = list(
        checkup.packages(
            requiring(
                "Requires-Dist: numpy<1",
                "Requires-Dist: surely-not-installed>=3",
                "Requires-Dist: nbformat",
                'Requires-Dist: not-for-this-system; sys_platform == "beos"',
            )
        )
    )
    assert states(found) == [OK, BROKEN, BROKEN]
    said = text_of(found)
    assert "not <1" in said and 'pip install "numpy<1"' in said
    assert "surely-not-installed is not installed" in said and "not-for-this-system" not in said


def test_extras_are_no_reason_to_despair(requiring):
    found = list(
        checkup.packages(
            requiring(
                "Provides-Extra: grading",
                "Provides-Extra: dev",
                "Requires-Dist: numpy",
                'Requires-Dist: surely-not-installed[fast]>=3; extra == "grading"',
                'Requires-Dist: nor-this; extra == "dev"',
            )
        )
    )
    assert states(found) == [OK, MISSING]
    assert 'pip install "surely-not-installed[fast]>=3"' in " ".join(text_of(found).split())
    assert "nor-this" not in text_of(found)


def test_python_is_compared_with_what_the_package_asks_for():
    assert states(checkup.python("3.12.1", ">=3.11,<3.14")) == [OK]
    [finding] = checkup.python("3.9.2", ">=3.11,<3.14")
    assert finding.state == BROKEN and "needs Python >=3.11,<3.14" in finding.mend


def test_little_disk_is_a_warning_and_none_is_broken():
    enormous = 1 << 80
    assert states(surroundings.disk(little=0, much_too_little=0)) == [OK]
    assert states(surroundings.disk(little=enormous, much_too_little=0)) == [MISSING]
    assert states(surroundings.disk(little=enormous, much_too_little=enormous)) == [BROKEN]


def test_complete_extras_share_a_line(requiring):
    lines = ('Requires-Dist: numpy; extra == "music"', 'Requires-Dist: rich; extra == "grading"')
    _, finding = checkup.packages(requiring("Requires-Dist: nbformat", *lines))
    assert (finding.state, finding.what, finding.said) == (OK, "extras", "music, grading")


def test_a_folder_that_cannot_be_written_is_broken(tmp_path):
    [finding] = surroundings.folder(tmp_path)
    assert finding.state == OK and list(tmp_path.iterdir()) == []
    [finding] = surroundings.folder(tmp_path / "gone")  # what root, too, cannot write
    assert finding.state == BROKEN and "no such file or directory" in finding.said and "home folder" in finding.mend


def test_where_progress_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path / "deep" / "mine"))
    monkeypatch.delenv("COURSEKIT_PROGRESS", raising=False)
    [finding] = surroundings.progress()
    assert finding.state == OK and str(tmp_path / "deep" / "mine") in finding.said
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path / "file"))
    [finding] = surroundings.progress()
    assert finding.state == MISSING and "COURSEKIT_HOME" in finding.mend
    monkeypatch.setenv("COURSEKIT_PROGRESS", "off")
    assert states(surroundings.progress()) == [MISSING]


def test_a_port_in_use_is_no_obstacle():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        [finding] = surroundings.port(number)
        assert finding.state == OK and finding.said == f"{number} is in use" and "takes another one" in finding.mend
    [finding] = surroundings.port(number)
    assert finding.said == f"{number} is free for JupyterLab"


def test_a_damaged_library_is_broken(tmp_path, monkeypatch):
    (tmp_path / "damaged_library.py").write_text("raise OSError('libcudart.so: cannot open\\n shared object file')")
    monkeypatch.syspath_prepend(tmp_path)
    found = list(checkup.libraries(("json", "damaged_library")))
    assert states(found) == [BROKEN, OK]
    assert "OSError: libcudart.so: cannot open shared object file" in found[0].said


def test_a_check_that_fails_is_a_finding_and_the_others_go_on(monkeypatch):
    def fails():
        raise RuntimeError("a strange place")
        yield

    for name in ("nbgrader", "kernel", "sandbox", "gpu", "libraries"):
        monkeypatch.setattr(checkup, name, fails)
    found = {finding.what: finding for finding in checkup.every()}
    assert found["kernel"].state == BROKEN and found["sandbox"].state == MISSING
    assert found["kernel"].said == "RuntimeError: a strange place"
    assert found["Python"].state == OK


def test_a_long_finding_stays_in_its_column():
    lines = str(checkup.Finding(OK, "packages", "numpy 2.4, " * 30, more=("+ a " + "long " * 40,))).splitlines()
    assert len(lines) > 4 and all(len(line) <= 120 for line in lines)
    assert all(line.startswith(" " * 21) for line in lines[1:])


def test_help_tells_what_the_words_mean(call):
    said = call("doctor", "--help").stdout
    assert all(word in said for word in (OK, MISSING, BROKEN, "Exit status"))

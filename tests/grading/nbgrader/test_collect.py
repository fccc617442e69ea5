"""`nbgrader collect` from a folder that strangers can write to."""

import json
import os
import time

import nbformat
import pytest

pytestmark = pytest.mark.nbgrader
EXCHANGE = """
c.Exchange.root = {root!r}
c.ExchangeCollect.check_owner = False
c.CourseDirectory.max_file_size = 200
c.CourseDirectory.max_dir_size = 2000
"""


@pytest.fixture
def course(make_course, tmp_path):
    inbound = tmp_path / "exchange" / "course" / "inbound"
    inbound.mkdir(parents=True)
    os.chmod(tmp_path / "exchange", 0o777)
    small = make_course(extra=EXCHANGE.format(root=str(tmp_path / "exchange")))
    small.inbound = inbound
    return small


def stamp(seconds=0.0):
    return time.strftime("%Y-%m-%d %H:%M:%S.000000 UTC", time.gmtime(time.time() + seconds))


def submit(course, student, when=None, suffix="abc"):
    """What `nbgrader submit` leaves in the inbound folder."""
    when = when or stamp()
    folder = course.inbound / f"{student}+mini+{when}+{suffix}"
    folder.mkdir()
    nbformat.write(course.solution, folder / "mini.ipynb")
    (folder / "timestamp.txt").write_text(when)
    return folder


def submitted(course, student):
    return course.root / "submitted" / student / "mini"


def reasons(course, student):
    return (course.root / "quarantine" / "mini" / student / "reasons.txt").read_text()


def test_honest_work_arrives_and_nothing_else_does(course, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("only for teachers")
    (submit(course, "ada") / "notes").mkdir()
    eve = submit(course, "eve")
    os.symlink(secret, eve / "notes.txt")
    os.symlink("/", eve / "everything")
    os.mkfifo(eve / "pipe")
    (eve / "big.bin").write_bytes(bytes(300_000))
    (eve / "data.txt").write_text("mine")
    os.symlink(secret.parent, course.inbound / f"fay+mini+{stamp()}+x")
    (course.inbound / "gus+mini+yesterday+x").mkdir()
    (course.inbound / "hal+mini+").mkdir()
    submit(course, "..")
    submit(course, "")
    evil = "<img src=x onerror=alert(1)>"
    submit(course, evil)
    os.rename(submit(course, "ivy"), course.inbound / f"ivy+mini+{stamp(-3600)}+x")
    submit(course, "ivy")

    done = course.run("collect", "mini")

    assert sorted(p.name for p in (course.root / "submitted").iterdir()) == ["ada", "eve", "ivy"]
    assert json.loads((submitted(course, "ada") / "mini.ipynb").read_text())["cells"]
    assert sorted(p.name for p in submitted(course, "eve").iterdir()) == ["data.txt", "mini.ipynb", "timestamp.txt"]
    said = reasons(course, "eve")
    assert "notes.txt was not collected" in said and "everything was not collected" in said
    assert "pipe was not collected: it is no plain file" in said
    assert "big.bin was not collected: it is larger than this course allows" in said
    assert not (course.root / "mini").exists(), "a name that leads out of the folder"
    assert "it is a link or no folder" in reasons(course, "fay")
    assert "its name holds no time" in reasons(course, "gus") and "no time" in reasons(course, "hal")
    assert "its student's name holds characters" in reasons(course, evil)
    assert "Traceback" not in done.stderr


def test_the_time_of_this_machine_counts_when_the_claimed_one_is_earlier(course):
    honest, forged = submit(course, "ada"), submit(course, "eve", stamp(-86400))
    os.utime(forged, (1, 1))
    for path in forged.iterdir():
        os.utime(path, (1, 1))
    course.run("collect", "mini")
    day = time.strftime("%Y-%m-%d", time.gmtime())
    assert (submitted(course, "eve") / "timestamp.txt").read_text().startswith(day)
    assert "the later time counts" in reasons(course, "eve")
    claimed = honest.name.split("+")[2]
    assert (submitted(course, "ada") / "timestamp.txt").read_text()[:19] == claimed[:19]
    assert not (course.root / "quarantine" / "mini" / "ada").exists()


def test_a_later_submission_replaces_an_earlier_one_on_update(course):
    submit(course, "ada", stamp(-60), "first")
    course.run("collect", "mini")
    before = (submitted(course, "ada") / "timestamp.txt").read_text()
    second = submit(course, "ada", stamp(), "second")
    (second / "more.txt").write_text("more")
    course.run("collect", "mini")
    assert (submitted(course, "ada") / "timestamp.txt").read_text() == before
    course.run("collect", "mini", "--update")
    assert (submitted(course, "ada") / "more.txt").read_text() == "more"


def test_nobody_replaces_the_work_of_somebody_else(course):
    if os.geteuid() != 0:
        pytest.skip("only root can make files of another user")
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("check_owner = False", "check_owner = True"))
    mine = submit(course, "root", stamp(-60), "mine")
    forged = submit(course, "root", stamp(), "forged")
    (forged / "forged.txt").write_text("by somebody else")
    os.chown(forged, 65534, 65534)
    course.run("collect", "mini")
    assert mine.exists() and not (submitted(course, "root") / "forged.txt").exists()
    assert (submitted(course, "root") / "mini.ipynb").exists()

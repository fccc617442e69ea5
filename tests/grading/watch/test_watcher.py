"""Graded on submit: real nbgrader on both sides, the sandbox in between."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta

import pytest

from coursekit.grading.gradebook.lock import alone_in
from coursekit.grading.gradebook.table import Question, Row
from coursekit.grading.submission.withdrawn import take_back, withdraw
from coursekit.grading.watch import watcher as module
from coursekit.grading.watch.limit import Limit
from tests.grading.watch.conftest import COUNT_WRONG, quiet_about_nbgrader

pytestmark = [pytest.mark.nbgrader, quiet_about_nbgrader]

UNREADABLE = b"{ this is no notebook"


def test_points_are_told_as_exact_as_in_a_report():
    decided, open_ = Question("gru_step", 25 / 6, 5.0, "wrong"), Question("gru_forward", None, 0.0, "undecided")
    assert module.points(Row("ada", "graded", (decided,))) == "4.16 of 5 points"
    assert module.points(Row("ada", "graded", (decided, open_))) == "4.16 + ? of 5 points"


def test_what_is_handed_in_is_graded_and_its_author_gets_the_page(classroom):
    classroom.submit("ada")
    classroom.submit("bob", classroom.course.answered(gru_parameter_count=COUNT_WRONG))
    classroom.submit("cyd", UNREADABLE)
    classroom.submit("dan", name="my answers.ipynb")
    said = classroom.look(jobs=2)
    assert len(said) == 4, said
    assert sum("graded: 5 of 5 points; feedback " in line for line in said) == 2
    assert sum("cyd graded: 0 + ? of 5 points; needs a person" in line for line in said) == 1
    assert [classroom.points(name) for name in ("ada", "bob", "dan")] == [5.0, 4.0, 5.0]
    pages = {name: classroom.feedback(name) for name in ("ada", "bob", "cyd", "dan")}
    assert [len(page) for page in pages.values()] == [1] * 4, "also for a file of another name"
    assert "Every exercise is right." in pages["ada"][0] and "one bias per gate" in pages["bob"][0]
    assert "for a person, so the points are not final" in pages["cyd"][0]
    assert not any('class="tries"' in page for [page] in pages.values())
    assert classroom.course.scores("cyd") == {name: (None, True) for name in classroom.course.scores("ada")}
    assert classroom.look() == [], "nothing is graded twice"


def test_of_several_that_wait_the_newest_is_graded_and_each_has_its_page(classroom):
    for answer in (COUNT_WRONG, "def gru_parameter_count(D, H):\n    return 1"):
        classroom.submit("ada", classroom.course.answered(gru_parameter_count=answer))
    classroom.submit("ada")
    assert [line.partition(":")[0] for line in classroom.look()] == ["mini ada not graded"] * 2 + ["mini ada graded"]
    *older, newest = classroom.feedback("ada")
    heads = [page.partition("<header")[2].partition("</header>")[0] for page in older]
    assert all(module.LATER in head and "points" not in head for head in heads)
    assert "Every exercise is right." in newest and classroom.points("ada") == 5.0


def test_so_many_tries_a_day_and_what_is_not_decided_is_none(classroom):
    wrong = classroom.course.answered(gru_parameter_count=COUNT_WRONG)
    watching = classroom.watcher(tries=2)
    for nb in (UNREADABLE, wrong, wrong, None):
        classroom.submit("ada", nb)
        watching.look()
    assert classroom.ledger["ada"] == ["needs a person", "graded", "graded", "over the limit"]
    unread, first, second, third = classroom.feedback("ada")
    assert "it is none of your tries" in unread
    assert "Try 1 of 2 in 24 hours." in first and "Try 2 of 2 in 24 hours. The next one is graded if" in second
    assert "This hand-in was not graded: 2 tries were graded in the 24 hours before it." in third
    assert classroom.points("ada") == 4.0, "the last graded try stands"
    assert classroom.lines[-1] == "mini ada not graded: over the limit"
    assert classroom.look(tries=3) == [], "what was refused stays in the exchange, for the teacher to collect"
    shutil.rmtree(next(classroom.inbound.glob("ada+*")))
    classroom.submit("ada")
    assert classroom.look(tries=2) == ["mini ada not graded: over the limit"], "a try that was taken away counts"


def test_nobody_gets_tries_by_naming_another_day(classroom):
    """A name with a time of tomorrow is a hand-in of now; one of yesterday has the time of its files."""
    watching = classroom.watcher(tries=1)
    for day in ("2031-01-01", "2032-01-01", "2019-01-01"):
        folder = classroom.submit("eve")
        name = folder.name.split("+")
        os.rename(folder, folder.with_name("+".join([*name[:2], f"{day} 10:00:00.000000 UTC", name[3]])))
        watching.look()
    assert classroom.ledger["eve"] == ["graded", "over the limit", "over the limit"]


def test_strangers_things_stop_nobody(classroom):
    inbound = classroom.inbound
    (inbound / "notes.txt").write_text("not a hand-in")
    (inbound / "a+mini+yesterday+x").mkdir()
    (inbound / "x+nothing+2026-01-01 00:00:00.000000 UTC+y").mkdir()
    os.symlink("/etc", inbound / "fay+mini+2026-01-01 00:00:00.000000 UTC+y")
    (inbound / "gus+mini+2026-01-01 00:00:00.000000 UTC+y").mkdir()
    for name in ("..", "", "."):
        (inbound / f"{name}+mini+2026-01-01 00:00:00.000000 UTC+y").mkdir()
        (inbound / f"gus+{name}+2026-01-01 00:00:00.000000 UTC+y").mkdir()
    for place in inbound.iterdir():
        if place.is_dir() and not place.is_symlink():
            place.chmod(0o777)
    folder = classroom.submit("hal")
    (folder / "submission_secret.txt").unlink()
    half = classroom.submit("ivy")
    half.chmod(0o755)  # `nbgrader submit` is still at work
    classroom.submit("ada")
    said = classroom.look()
    assert classroom.points("ada") == 5.0 and len(classroom.feedback("ada")) == 1
    assert sum("ignored: its name holds no student's" in line for line in said) == 3
    assert not (classroom.course.root / "mini").exists() and not (classroom.course.root / "submitted" / "mini").exists()
    assert any("a+mini+yesterday+x ignored: its name holds no time" in line for line in said)
    assert any("ignored: no assignment of that name was released" in line for line in said)
    assert not any("ivy" in line for line in said)
    assert sum("hal graded: 5 of 5 points; its author could not be told" in line for line in said) == 1
    half.chmod(0o777)
    assert [line.partition(":")[0] for line in classroom.look() if "ivy" in line] == ["mini ivy graded"]
    assert not any("etc" in line for line in said)


def test_a_folder_of_another_account_is_not_taken_for_its_name(classroom):
    if os.geteuid() != 0:
        pytest.skip("only root can make files of another user")
    config = classroom.course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("check_owner = False", "check_owner = True"))
    forged, mine = classroom.submit("root"), classroom.submit("root")
    os.chown(forged, 65534, 65534)
    said = classroom.look(tries=1)
    assert any(forged.name in line and "belongs to another account" in line for line in said)
    assert classroom.ledger == {"root": ["graded"]} and mine.exists()


def test_who_has_left_is_not_graded_until_they_come_back(classroom):
    root = classroom.course.root
    withdraw(root, ["ada"])
    classroom.submit("ada")
    classroom.submit("bob")
    watching = classroom.watcher()
    assert watching.look() is False, "nothing is left that anybody waits for"
    assert sorted(line.partition(":")[0] for line in classroom.lines)[1:] == ["mini bob graded"]
    assert classroom.lines[0].endswith("not graded: ada has left the class")
    watching.look()
    assert len(classroom.lines) == 2 and set(classroom.ledger) == {"bob"} and classroom.feedback("ada") == []
    assert not (root / "submitted" / "ada").exists()
    take_back(root, ["ada"])
    watching.look()
    assert classroom.points("ada") == 5.0 and len(classroom.feedback("ada")) == 1


def test_what_a_killed_watcher_has_begun_to_tell_hinders_no_other(classroom):
    place = classroom.course.root / ".coursekit-results" / "watch" / "told" / "feedback" / "ada" / "mini"
    place.mkdir(parents=True)
    (place / "half.html").write_text("<p>half")
    watching = classroom.watcher(tries=1)
    for _ in range(2):
        classroom.submit("ada")
        watching.look()
    assert classroom.lines[-1] == "mini ada not graded: over the limit"
    assert "one try was graded" in classroom.feedback("ada")[1]


def test_a_fault_of_ours_is_tried_again_and_then_left_to_a_person(classroom, monkeypatch):
    def broken(self, hand_in, tries):
        if hand_in.student == "bob":
            raise RuntimeError("a slip of ours")
        return release(self, hand_in, tries)

    release = module.Exchange.release
    monkeypatch.setattr(module.Exchange, "release", broken)
    classroom.submit("ada")
    classroom.submit("bob")
    watching = classroom.watcher(tries=1)
    for _ in range(5):
        watching.look()
    assert classroom.ledger == {"ada": ["graded"], "bob": ["failed"]}
    assert module.FOR_A_PERSON in classroom.feedback("bob")[0]
    kept = classroom.course.root / ".coursekit-results" / "failures" / "mini" / "bob.txt"
    assert "a slip of ours" in kept.read_text()
    monkeypatch.undo()
    classroom.submit("bob")
    assert any("bob graded: 5 of 5 points; Try 1 of 1" in line for line in classroom.look(tries=1))


def test_an_error_that_names_nobody_ends_nothing(classroom, monkeypatch):
    """The grader fails wherever bob is among those to be graded, and does not say why."""

    def failing(course, assignment, students, runner, **how):
        if "bob" in students:
            raise RuntimeError("a slip of ours")
        return grade(course, assignment, students, runner, **how)

    grade = module.grade
    monkeypatch.setattr(module, "grade", failing)
    classroom.submit("ada")
    classroom.submit("bob")
    watching = classroom.watcher()
    looks = [watching.look() for _ in range(4)]
    assert looks == [True, True, False, False]
    assert classroom.ledger == {"ada": ["graded"], "bob": ["failed"]}


def test_it_waits_for_another_grader(classroom):
    classroom.submit("ada")
    watching = classroom.watcher()
    with alone_in(classroom.course.root / ".coursekit-results"):
        assert watching.look() and watching.look()
        [line] = classroom.lines
        assert "mini waiting: another `coursekit grade` is at work" in line, "and says so once"
    watching._waiting.clear()
    assert not watching.look() and classroom.ledger == {"ada": ["graded"]}


@pytest.mark.parametrize(("ago", "refused"), [([25, 24], False), ([25, 23.9], False), ([3, 1], True), ([0, -1], False)])
def test_a_day_is_24_hours_before_a_hand_in(ago, refused):
    now = datetime(2026, 3, 1, 12, 0, 30)
    counted = [now - timedelta(hours=hours) for hours in ago]
    said = Limit(2).refusal(counted, now)
    assert bool(said) == refused
    assert not refused or "after 2026-03-02 09:01 UTC" in said
    assert Limit().refusal(counted, now) == "" == Limit().standing(counted, now, counts=True)


def test_a_time_to_the_second_is_not_before_one_with_a_fraction_of_it():
    first = datetime(2026, 3, 1, 12, 0, 30, 900_000)
    assert Limit(1).refusal([first], first.replace(microsecond=0))
    assert not Limit(1).refusal([first], first - timedelta(seconds=1))

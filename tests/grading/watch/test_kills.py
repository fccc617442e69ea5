"""`coursekit watch` as a program: killed between any two of its steps, ended, started twice."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from coursekit.grading.gradebook.lock import WATCH, alone_in
from coursekit.grading.submission.course import CourseError
from coursekit.grading.watch.watcher import ATTEMPTS, FOR_A_PERSON
from tests.grading.watch.conftest import COUNT_WRONG, quiet_about_nbgrader

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow, quiet_about_nbgrader]

STEPS = {  # where it is killed: what is called there
    "before it is collected": "coursekit.grading.watch.exchange.Exchange.collect",
    "while it is copied": "coursekit.grading.nbgrader.collect.in_utc",
    "before it is graded": "coursekit.grading.watch.watcher.grade",
    "between gradebook and files": "coursekit.grading.gradebook.writer.Writer._files",
    "before its feedback is made": "coursekit.grading.watch.exchange.GenerateFeedback",
    "before its feedback is released": "coursekit.grading.watch.exchange.Exchange._released",
    "before it is written down as done": "coursekit.grading.watch.ledger.Ledger.close",
}


# For each name that it reads, a watcher that is killed where that is called. Forked, since it takes seconds to import.
DYING = """
import os, pkgutil, sys
from coursekit.cli import main, watch
from coursekit.grading.run import job
from coursekit.grading.watch import watcher

watch._warm = lambda *_: None  # a sandbox is started where one is needed: most are killed before that
job.grader_version = lambda: "of this test"
for called in sys.stdin:
    child = os.fork()
    if not child:
        place, _, name = called.strip().rpartition(".")
        setattr(pkgutil.resolve_name(place), name, lambda *_, **__: os.kill(os.getpid(), 9))
        os._exit(main())
    print(os.waitpid(child, 0)[1], flush=True)
"""


def test_killed_at_any_step_it_goes_on_where_it_was(classroom):
    dying = classroom.start("--once", "--tries-per-day", "3", "-j", "1", program=DYING)
    for number, called in enumerate(STEPS.values()):
        classroom.submit(f"s{number}", classroom.course.answered(gru_parameter_count=COUNT_WRONG))
        dying.tell(called)
        said = dying.until(lambda line: line.strip().isdecimal())  # lines of the watcher come first
        assert int(said) == signal.SIGKILL, called
        if number == 0:
            classroom.submit("s0")  # a later one, which has to wait for its turn
    dying.end()
    watching = classroom.start("--tries-per-day", "3", "--every", "0.1", "-j", "1")
    watching.until(lambda _: sum(" graded: " in line for line in watching.said) > len(STEPS))
    own = classroom.course.root / ".coursekit-results" / "watch"
    with pytest.raises(CourseError, match="another `coursekit watch` is at work"), alone_in(own, program=WATCH):
        pass
    watching.process.send_signal(signal.SIGTERM)
    rest, errors = watching.end()
    assert (watching.process.returncode, errors) == (0, "") and rest[-1].endswith("stopped, as you asked\n")
    assert not _in_the_group(watching.process.pid), "the sandbox ends with it"
    assert classroom.ledger == {"s0": ["graded", "graded"]} | {f"s{n}": ["graded"] for n in range(1, len(STEPS))}
    for number in range(len(STEPS)):
        pages = classroom.feedback(f"s{number}")
        assert len(pages) == (2 if number == 0 else 1)
        assert "one bias per gate" in pages[0] and "Try 1 of 3 in 24 hours." in pages[0], (
            "the first one was no other try"
        )
        assert classroom.points(f"s{number}") == (5.0 if number == 0 else 4.0)


def _in_the_group(group: int) -> list[str]:
    """Processes of a session that are left, after a moment in which they may end."""
    for _ in range(100):
        left = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == group and fields[0] != "Z":
                left.append(place.name)
        if not left:
            return []
        time.sleep(0.1)
    return left


def test_what_ends_the_watcher_each_time_is_left_to_a_person(classroom):
    classroom.submit("ada")
    classroom.submit("eve")
    watching = classroom.watcher()
    [eve] = [one for one in watching.exchange.hand_ins((), print) if one.student == "eve"]
    for _ in range(ATTEMPTS):
        watching.ledger.begin(eve)
    assert not watching.look()
    assert classroom.ledger == {"ada": ["graded"], "eve": ["failed"]}
    assert FOR_A_PERSON in classroom.feedback("eve")[0] and not (classroom.course.root / "submitted" / "eve").exists()


def test_ctrl_c_ends_it_and_its_processes_without_a_traceback(classroom):
    for number in range(4):
        classroom.submit(f"s{number}", classroom.course.answered(gru_step="while True: pass"))
    watching = classroom.start("-j", "2")
    assert "watching " in watching.line()
    time.sleep(1)  # into the middle of it, or before: it ends in the same way
    os.killpg(watching.process.pid, signal.SIGINT)
    said, errors = watching.end()
    assert watching.process.returncode == 0 and "Traceback" not in errors, errors
    assert said[-1].endswith("stopped, as you asked\n") and not _in_the_group(watching.process.pid)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("\nc.ExchangeFactory.collect = 'nbgrader.exchange.default.ExchangeCollect'\n", "not collected by coursekit"),
        ("\nc.CourseDirectory.course_id = ''\n", "set `c.CourseDirectory.course_id`"),
    ],
)
def test_a_course_that_cannot_be_watched_is_refused_in_a_sentence(classroom, capsys, config, sentence):
    from coursekit.cli import main

    place = classroom.course.root / "nbgrader_config.py"
    place.write_text(place.read_text() + config)
    assert main(["watch", "--course", str(classroom.course.root), "--once"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert sentence in line


def test_an_exchange_that_is_not_there_yet_is_told(classroom, capsys):
    from coursekit.cli import main

    shutil.rmtree(classroom.inbound, ignore_errors=True)
    assert main(["watch", "--course", str(classroom.course.root), "--once"]) == 0
    said = f"watching {classroom.inbound}, which the first `nbgrader release_assignment NAME` makes"
    assert said in capsys.readouterr().out


def test_a_name_that_was_not_released_is_told_at_once(classroom, capsys):
    from coursekit.cli import main

    assert main(["watch", "mini", "minj", "--course", str(classroom.course.root), "--once"]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "nothing comes" in line]
    assert len(told) == 1 and "for minj as yet: there is no released assignment" in told[0]
    assert "Handed out are: mini." in told[0]

"""Loaded by the Dask workers of benchmarks/scale.py: they wait and replay where they would grade, and some end."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.gradebook.results import ResultStore
from coursekit.grading.run import runners
from coursekit.grading.run.job import Job
from coursekit.grading.run.notebook import Graded
from coursekit.grading.submission.course import Course

NAME = "00_numerical_tools"
SETTINGS, DEATHS = "COURSEKIT_SCALE", "deaths"
WAIT_S, DIES_ONCE, DIES_ALWAYS = 0.04, 300, 1000


def dask_setup(worker: object) -> None:
    settings = json.loads(os.environ[SETTINGS])
    deaths = Path(settings["folder"], DEATHS)
    course = Course(Path(settings["real"]))
    kept = ResultStore(course.root / RESULTS, course.secret)
    path = next((course.root / RESULTS).glob("??/*.json"))
    graded = kept.get(path.stem)

    def replay(job: Job) -> Graded:
        number = int(job.student[1:])
        if number % DIES_ALWAYS == DIES_ALWAYS - 1 or number % DIES_ONCE == DIES_ONCE - 1 and _first(deaths, number):
            with deaths.open("a") as file:
                file.write(f"{number}\n")
            os._exit(1)
        time.sleep(WAIT_S * (number * 7919 % 101) / 100)
        return graded

    runners.run_job = replay


def _first(deaths: Path, number: int) -> bool:
    return str(number) not in deaths.read_text().splitlines()

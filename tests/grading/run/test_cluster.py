"""A Dask cluster whose workers die: nothing is lost or comes twice, and only what ends them is left to a person."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from coursekit.grading.failures import FAILED
from coursekit.grading.run import runners
from coursekit.grading.run.job import Job

dask, distributed = pytest.importorskip("dask"), pytest.importorskip("distributed")


class Harmless(Job):
    """Its result says that it was begun, without a sandbox."""

    @property
    def needs_torch(self):
        raise ValueError(f"{self.student} was here")

    @property
    def checked(self):
        return ["answer"]


class Deadly(Harmless):
    @property
    def needs_torch(self):
        os._exit(1)


def test_what_stood_beside_a_notebook_that_ends_its_worker_is_graded(monkeypatch):
    jobs = [(Deadly if number == 1 else Harmless)("mini", "mini", f"s{number}", "{}", {}) for number in range(6)]
    monkeypatch.setattr(Job, "key", property(lambda job: job.student))
    with (
        # At once Dask suspects all that a worker held when it ended, and that is more than one job.
        dask.config.set({"distributed.scheduler.allowed-failures": 0, "distributed.scheduler.worker-saturation": 6.0}),
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1", silence_logs=60
        ) as cluster,
    ):
        found = list(runners.on_cluster(jobs, cluster.scheduler_address))
    assert Counter(job.student for job, _ in found) == Counter(job.student for job in jobs)
    for job, graded in found:
        deadly = type(job) is Deadly
        assert graded.faults == {"answer": runners.DIED if deadly else FAILED}
        assert (f"{job.student} was here" in graded.broken) != deadly

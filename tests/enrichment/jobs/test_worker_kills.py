"""A job outlives its worker: real processes, killed in the middle of it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from catalog.models import Genre
from config.celery import app
from enrichment import jobs
from tests.enrichment.jobs import job_kinds
from tests.enrichment.jobs.killable_worker import KIND, MIDDLE, STEPS
from tests.environment import beside_this_test

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = "-m tests.enrichment.jobs.killable_worker --quiet worker --concurrency 1 --loglevel ERROR"
ALONE = "--without-mingle --without-gossip --hostname killable@localhost"


@contextmanager
def worker(hold):
    """Run a worker with a child, in a process group of its own, until the block is over."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", *WORKER.split(), *ALONE.split()],
        env=beside_this_test(HOLD=str(hold)),
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(job_id, has_come):
    for _ in range(1000):
        job = job_kinds.fresh(job_id)
        if has_come(job):
            return job
        time.sleep(0.02)
    raise TimeoutError(f"{job.status}, {job.done} of {job.total}")


def test_a_job_whose_worker_is_killed_ends_as_if_nothing_had_been(tmp_path):
    """Takes as long as two workers take to start."""
    app.control.purge()
    hold = tmp_path / "hold"
    hold.touch()
    job_id = jobs.start(KIND, user_id=None, arguments={})
    with worker(hold):
        wait_for(job_id, lambda job: job.done == MIDDLE)
    assert job_kinds.fresh(job_id).status == "running"
    hold.unlink()
    with worker(hold):
        job = wait_for(job_id, lambda job: job.status == "succeeded")
    assert job.result == {"genres": STEPS}
    assert sorted(Genre.objects.values_list("name", flat=True)) == [
        f"Genre {n}" for n in range(STEPS)
    ]

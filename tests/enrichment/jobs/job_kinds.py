"""Kinds of jobs that tests make up, and a run of one in this process."""

from contextlib import contextmanager

from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.jobs import runner
from enrichment.models import Job


@contextmanager
def made_up(run, name="made_up", **options):
    """Register a kind for the length of the block."""
    jobs.job_kind(name, **{"queue": "bulk"} | options)(run)
    try:
        yield name
    finally:
        jobs.KINDS.pop(name, None)


def fresh(job_id):
    with acting_as(SYSTEM):
        return Job.objects.get(pk=job_id)


def change(job_id, **columns):
    with acting_as(SYSTEM):
        assert Job.objects.filter(pk=job_id).update(**columns) == 1


def ran(job_id):
    """Run a job as a worker would, and give its row."""
    runner.run(job_id)
    return fresh(job_id)

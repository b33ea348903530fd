"""What workers and beat do for enrichment."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from enrichment import uploads
from enrichment.book_uploads import job as book_import  # noqa: F401  (registers its kind)
from enrichment.jobs import lookout, runner
from enrichment.legimi import nightly
from enrichment.library import importing as library_importing  # noqa: F401  (its kinds of jobs)


@shared_task
def run_job(job_id: str) -> None:
    runner.run(UUID(job_id))


@shared_task
def resume_lost_jobs() -> int:
    """Call workers to the jobs that nobody will come for; returns how many."""
    return lookout.call_again()


@shared_task
def purge_jobs() -> int:
    """Delete the jobs that ended long ago; returns how many."""
    return lookout.purge()


@shared_task
def purge_uploads() -> int:
    """Delete the files that nobody has taken up for as long; returns how many."""
    return uploads.purge()


@shared_task
def recheck_legimi() -> None:
    """Begin the nightly re-check, where the operator has given it a budget."""
    nightly.start()

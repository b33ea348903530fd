"""One run of a job, from the message to what is in the row afterwards.

A source that fails is asked again later, some times; what the platform or the source says for good
("no such author") fails the job with those words; a bug fails it with none.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import F, Value
from django.db.models.functions import Now
from structlog.contextvars import bound_contextvars

from config.errors import ProblemError, UnavailableError, UpstreamError, UpstreamRateLimitedError
from config.problems import as_problem
from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.jobs import lease
from enrichment.jobs.lease import LeaseLostError
from enrichment.models import Job

if TYPE_CHECKING:
    from uuid import UUID

    from enrichment.jobs import RunningJob

MOST_ATTEMPTS = 5
MOST_LOSSES = 10
FIRST_PAUSE = 30.0
"""Seconds before the second attempt; each further pause is twice as long."""
LONGEST_PAUSE = 6 * 3600.0
NEUTRAL = "Something went wrong on our side."
LOST = "It was cut off again and again, and made no progress."

_log = structlog.get_logger(__name__)


def run(job_id: UUID) -> None:
    """Run a job that is due, to its end or its next pause; another's is left alone."""
    row = lease.claim(job_id)
    if row is None:
        return
    request = {"request_id": row.request_id} if row.request_id else {}
    with bound_contextvars(job_id=str(job_id), job_kind=row.kind, **request):
        try:
            _run_held(row)
        except LeaseLostError:
            _log.warning("job_lease_lost")


def _run_held(row: Job) -> None:
    job = jobs.RunningJob(row)
    if row.losses > MOST_LOSSES:
        _fail(job, LOST)
        return
    with lease.renewed(row):
        try:
            result = jobs.KINDS[row.kind].run(job)
        except LeaseLostError:
            raise
        except Exception as exc:  # noqa: BLE001  (whatever a handler raises ends up in the row)
            _end_badly(job, exc)
        else:
            _finish(job, Job.Status.SUCCEEDED, result=result)


def _end_badly(job: RunningJob, exc: Exception) -> None:
    problem = as_problem(exc)
    if isinstance(exc, jobs.YieldedError):
        _queue_now(job, losses=0)
    elif isinstance(exc, SoftTimeLimitExceeded):
        _log.warning("job_cut_off")
        _queue_now(job, losses=F("losses") + 1)
    elif isinstance(problem, UpstreamError | UnavailableError):
        _pause_or_fail(job, problem)
    elif isinstance(exc, ProblemError):
        _fail(job, str(exc.detail))
    else:
        _log.error("job_failed", exc_info=exc)
        _fail(job, NEUTRAL)


def _queue_now(job: RunningJob, **columns: Any) -> None:
    with acting_as(SYSTEM):
        now = {"due_at": Now(), "sent_at": Now()}
        lease.give_back(job.row, Job.Status.QUEUED, **now, **columns)
        jobs.call_worker(job.row)


def _pause_or_fail(job: RunningJob, problem: ProblemError) -> None:
    attempts = job.row.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _fail(job, str(problem.detail), attempts=attempts)
        return
    seconds = _pause(problem, attempts)
    _log.info("job_paused", attempts=attempts, seconds=round(seconds))
    # Nobody is called now; the look-out does it when the time has come.
    due_at = Now() + Value(timedelta(seconds=seconds))
    lease.give_back(job.row, Job.Status.QUEUED, attempts=attempts, due_at=due_at)


def _pause(problem: ProblemError, attempts: int) -> float:
    """Give the seconds that the source asks for, else more and more; a little more at random.

    Jobs that failed together do not come back together.
    """
    if isinstance(problem, UpstreamRateLimitedError):
        asked = float(problem.headers["Retry-After"])
        return min(asked, LONGEST_PAUSE) * random.uniform(1.0, 1.1)  # noqa: S311
    pause: float = FIRST_PAUSE * 2 ** (attempts - 1)
    return pause * random.uniform(0.75, 1.25)  # noqa: S311


def _fail(job: RunningJob, error: str, **columns: Any) -> None:
    _finish(job, Job.Status.FAILED, error=error, **columns)


def _finish(job: RunningJob, status: Job.Status, **columns: Any) -> None:
    lease.give_back(job.row, status, finished_at=Now(), **columns)

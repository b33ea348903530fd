"""Who works on a job: one run at a time, by a lease in the job's row that the run renews.

A worker that is killed renews nothing, so its job may be taken by another one soon, however long
the queue keeps the killed one's message to itself. A run that was only asleep finds another's
token in the row, and writes nothing any more.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog
from django.db import DatabaseError, connection
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Now

from config.row_security import SYSTEM, acting_as
from enrichment.models import Job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models.expressions import Combinable

SECONDS = 20.0
RENEWALS = 4
"""How often a lease is renewed in its time: three in a row may fail."""

_log = structlog.get_logger(__name__)


class LeaseLostError(Exception):
    """Another run has this job now; what this one wanted to save is not saved."""


def claim(job_id: UUID) -> Job | None:
    """Take a job that is due; None when it is somebody else's, finished, not due yet, or gone."""
    with acting_as(SYSTEM):
        taken = Job.objects.due().filter(pk=job_id)
        lost = Case(When(status=Job.Status.RUNNING, then=1), default=0)
        count = taken.update(
            status=Job.Status.RUNNING,
            lease_token=uuid4(),
            due_at=_end(),
            started_at=Coalesce("started_at", Now()),
            losses=F("losses") + lost,
        )
        return Job.objects.get(pk=job_id) if count else None


def save(job: Job, **columns: Any) -> None:
    """Write columns of a job that is ours, in a transaction or in the one under way.

    Raises LeaseLostError when it is another's by now, or gone with its user.
    """
    with acting_as(SYSTEM):
        if not _held(job.pk, job.lease_token).update(**columns):
            raise LeaseLostError(f"job {job.pk}")


def give_back(job: Job, status: Job.Status, **columns: Any) -> None:
    """End the run: write the columns, and let go of the job. Raises as `save` does."""
    save(job, status=status, lease_token=None, **columns)


@contextmanager
def renewed(job: Job) -> Iterator[None]:
    """Renew the lease from a thread of its own, as long as the block takes."""
    over = threading.Event()
    # A daemon: it keeps no worker alive that has nothing else to do.
    renewing = threading.Thread(
        target=_renew, args=(job.pk, job.lease_token, over), name="lease", daemon=True
    )
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join()


def _renew(job_id: UUID, token: UUID | None, over: threading.Event) -> None:
    while not over.wait(SECONDS / RENEWALS):
        try:
            with acting_as(SYSTEM):
                is_ours = _held(job_id, token).update(due_at=_end())
        except DatabaseError:
            _log.warning("lease_not_renewed", job_id=str(job_id), exc_info=True)
        else:
            if not is_ours:
                return
        finally:
            # This thread's own; it goes back into the pool until the next time.
            connection.close()


def _held(job_id: UUID, token: UUID | None) -> Any:
    return Job.objects.filter(pk=job_id, lease_token=token, status=Job.Status.RUNNING)


def _end() -> Combinable:
    return Now() + Value(timedelta(seconds=SECONDS))

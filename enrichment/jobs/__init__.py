"""Work in the background: register a kind of job, start one, and report its progress.

    @job_kind("author_works", queue="bulk")
    def run(job: RunningJob) -> dict[str, Any]:
        for page in pages(job.arguments["author"], job.state.get("offset", 0)):
            write(page)
            job.remember(offset=page.next_offset)
            job.progress(page.done, page.total)
            if job.should_yield():
                raise job.Yield
        return {"works": ...}

    job_id = jobs.start("author_works", user_id=reader.pk, arguments={"author": "OL26320A"})

A handler runs outside of any transaction. It may be cut off anywhere, by a killed worker say, and
is then called again with the state as it was last saved; so it must bear doing its last step twice.
What it raises decides what follows (`enrichment.jobs.runner`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.db.models.functions import Now

from config.celery import QUEUES, is_stopping
from config.errors import ConflictError, on_constraint
from config.logs import current_request_id
from config.row_security import SYSTEM, acting_as
from enrichment.jobs import lease, messages
from enrichment.models import Job
from enrichment.models.jobs import FINISHED

if TYPE_CHECKING:
    from uuid import UUID

Handler = Callable[["RunningJob"], dict[str, Any]]
SLICE_SECONDS = 30.0
"""After which a job lets others go first: a reader's search must not wait for a long import."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of all jobs of a kind.

    `is_private`: what they note down tells of a shelf, which moderators do not look at. `is_once`:
    what they read is gone when they have succeeded, and their result would be, run again.
    """

    name: str
    queue: str
    run: Handler
    is_private: bool = False
    is_once: bool = False


KINDS: dict[str, Kind] = {}


def job_kind(
    name: str, *, queue: str, is_private: bool = False, is_once: bool = False
) -> Callable[[Handler], Handler]:
    """Register what runs the jobs of a kind; `enrichment.tasks` imports the modules that do."""

    def register(run: Handler) -> Handler:
        if name in KINDS:
            raise ValueError(f"There are two kinds of job called {name}.")
        if queue not in QUEUES:
            raise ValueError(f"No worker looks at a queue called {queue}.")
        KINDS[name] = Kind(name, queue, run, is_private, is_once)
        return run

    return register


def start(
    kind: str, *, user_id: UUID | None, arguments: dict[str, Any], once_key: str | None = None
) -> UUID:
    """Put a job into the queue as soon as the transaction under way is committed.

    With `once_key`, an unfinished job of the same kind, user and key is given instead of a second
    one, also when two transactions ask at once: the later one waits for the earlier.
    """
    job = Job(
        kind=kind,
        queue=KINDS[kind].queue,
        user_id=user_id,
        arguments=arguments,
        once_key=once_key,
        request_id=current_request_id() or "",
    )
    with acting_as(SYSTEM):
        return _create(job) if once_key is None else _create_once(job)


def _create(job: Job) -> UUID:
    job.save(force_insert=True)
    call_worker(job)
    return job.pk


def _create_once(job: Job) -> UUID:
    same = Job.objects.unfinished().filter(kind=job.kind, user=job.user_id, once_key=job.once_key)
    while True:
        Job.objects.bulk_create([job], ignore_conflicts=True)
        job_id = same.values_list("pk", flat=True).first()
        if job_id == job.pk:
            call_worker(job)
        # None: the one that was in the way has ended in between.
        if job_id is not None:
            return job_id


def call_worker(job: Job) -> None:
    """Send the job's message after the commit.

    If the broker cannot be reached, Django logs it, and `enrichment.jobs.lookout` sends another.
    """
    transaction.on_commit(lambda: messages.send(job.pk, job.queue), robust=True)


def run_again(job: Job) -> None:
    """Queue a finished job anew; a failed one goes on from where it came to.

    Raises ConflictError when it is not finished, when another of the same `once_key` is under way,
    and for one that has succeeded and is of a kind that `is_once`.
    """
    kind = KINDS.get(job.kind)
    if job.status == Job.Status.SUCCEEDED and kind and kind.is_once:
        raise ConflictError("It has done its work, and its file is gone. Bring the file again.")
    fresh = {} if job.status == Job.Status.FAILED else {"state": {}, "done": 0, "total": None}
    with acting_as(SYSTEM):
        count = Job.objects.filter(pk=job.pk, status__in=FINISHED).update(
            status=Job.Status.QUEUED,
            finished_at=None,
            result=None,
            error=None,
            attempts=0,
            losses=0,
            due_at=Now(),
            sent_at=Now(),
            **fresh,
        )
        if not count:
            raise ConflictError("It is not finished yet.")
        call_worker(job)


class YieldedError(Exception):
    """The job has not ended; it wants to go on later, from the back of its queue."""


class RunningJob:
    """What a handler knows of its job, and tells of its progress.

    `state` is what the last run saved. Whatever saves raises `lease.LeaseLostError` when
    another run has the job by now; a handler lets it through.
    """

    Yield: ClassVar = YieldedError

    def __init__(self, row: Job) -> None:
        self.row = row
        self.id = row.pk
        self.user_id: UUID | None = row.user_id
        self.arguments: dict[str, Any] = row.arguments
        self.state: dict[str, Any] = row.state
        self.done, self.total = row.done, row.total
        self._began = time.monotonic()

    def remember(self, **state: Any) -> None:
        """Note down values (JSON) for a later run; the next `progress` saves them, or nothing."""
        self.state |= state

    def progress(self, done: int, total: int | None = None) -> None:
        """Save how far it is, with what `remember` noted, in the transaction under way if any.

        Whatever else ends the run, a later one begins with what was saved last: a step and its
        progress belong into one transaction, so that both are there or neither.
        A source that promised fewer than came was wrong about the total.
        """
        self.done, self.total = done, total if total is None else max(done, total)
        # A source that fails now and then, in the hours that a long job takes, is not failing it.
        self.row.attempts = 0
        lease.save(
            self.row, done=self.done, total=self.total, state=self.state, attempts=0, losses=0
        )

    def should_yield(self, after: float | None = None) -> bool:
        """Say whether to `raise job.Yield` now that all is saved: others wait, or the worker ends.

        To be asked after each step that has been saved; `after` some seconds others go first.
        """
        allowed = SLICE_SECONDS if after is None else after
        return is_stopping() or time.monotonic() - self._began > allowed


on_constraint("jobs_once_unique", lambda: ConflictError("The same job is under way already."))

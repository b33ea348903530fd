"""Jobs that nobody comes for: whose worker died, whose pause is over, or whose message is lost.

Beat sends the look-out every few seconds, and every worker that starts asks for one.
"""

from __future__ import annotations

from datetime import timedelta

from celery.signals import worker_ready
from django.db.models import F, Q, Value
from django.db.models.functions import Now

from config.celery import app
from config.row_security import SYSTEM, acting_as
from enrichment.jobs import lease, messages
from enrichment.models import Job
from enrichment.models.jobs import FINISHED

AT_ONCE = 500
ON_THE_WAY = timedelta(seconds=5)
"""Between a message's leaving the queue and the worker's taking the job."""
KEPT = timedelta(days=30)
RESUME_LOST_JOBS = "enrichment.tasks.resume_lost_jobs"


def call_again() -> int:
    """Send a message for each job that is due and has none; returns how many.

    A job has none that was called to before it came due. A message may also have been lost, with
    the broker or with the worker that had it in hand; then its queue is empty, and the job waits
    all the same. Looking at the queue keeps a long one from growing by what stands in it already.
    """
    lost = Q(queue__in=messages.empty_queues(), sent_at__lt=Now() - Value(ON_THE_WAY))
    with acting_as(SYSTEM):
        waiting = Job.objects.due().filter(Q(sent_at__lt=F("due_at")) | lost).order_by("due_at")
        called = dict(
            waiting.select_for_update(skip_locked=True).values_list("pk", "queue")[:AT_ONCE]
        )
        Job.objects.filter(pk__in=called).update(sent_at=Now())
    for job_id, queue in called.items():
        messages.send(job_id, queue)
    return len(called)


def purge() -> int:
    with acting_as(SYSTEM):
        old = Job.objects.filter(status__in=FINISHED, finished_at__lt=Now() - Value(KEPT))
        deleted, _ = old.delete()
    return deleted


@worker_ready.connect
def look_at_start(**_kwargs: object) -> None:
    """Look now, and when the leases of workers that died just before have ended.

    So a worker that is started again takes up its jobs even where beat does not run.
    """
    for countdown in (0.0, lease.SECONDS + 1):
        app.send_task(RESUME_LOST_JOBS, queue="periodic", countdown=countdown)

"""The messages that call a worker to a job: its id, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.celery import QUEUES, app

if TYPE_CHECKING:
    from uuid import UUID

RUN_JOB = "enrichment.tasks.run_job"


def send(job_id: UUID, queue: str) -> None:
    """Raise what Celery raises when the broker cannot be reached."""
    app.send_task(RUN_JOB, [str(job_id)], queue=queue)


def empty_queues() -> list[str]:
    """Name the queues in which no message waits."""
    with app.connection_for_write() as broker:
        channel = broker.default_channel
        return [name for name in QUEUES if not channel.queue_declare(queue=name).message_count]

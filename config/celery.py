"""The Celery application: queues, time limits, and every periodic task."""

from __future__ import annotations

import mmap
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, worker_shutting_down
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu import Queue

QUEUES = ("interactive", "bulk", "periodic")
"""Somebody waits for it; nobody does; beat sends it. A worker may be told which to look at."""
LOOK_OUT_EVERY = 10.0
SCREEN_EVERY = 5.0
"""Seconds."""

app = Celery("bookhub")
# In every thread: "current" would be this one's alone, and gunicorn's threads would send tasks to
# the broker that Celery falls back on.
app.set_default()
app.conf.update(
    task_queues=[Queue(name) for name in QUEUES],
    task_default_queue="interactive",
    # A task is done when it is done: a killed worker's task goes to another one.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=300,
    task_time_limit=330,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # Longer than any task, or Redis would hand a running one out a second time.
    broker_transport_options={"visibility_timeout": 3600},
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    timezone="UTC",
    beat_schedule={
        "purge-token-families": {
            "task": "accounts.tasks.purge_token_families",
            "schedule": crontab(hour=3, minute=10),
            "options": {"queue": "periodic"},
        },
        "purge-idempotent-answers": {
            "task": "catalog.tasks.purge_idempotent_answers",
            "schedule": crontab(minute=40),
            "options": {"queue": "periodic"},
        },
        "recheck-legimi": {
            "task": "enrichment.tasks.recheck_legimi",
            "schedule": crontab(hour=1, minute=15),
            "options": {"queue": "periodic"},
        },
        # With the length of a lease, this is the time in which a killed worker's job goes on.
        "resume-lost-jobs": {
            "task": "enrichment.tasks.resume_lost_jobs",
            "schedule": LOOK_OUT_EVERY,
            "options": {"queue": "periodic", "expires": LOOK_OUT_EVERY},
        },
        # What a moderator sees of a new book is at most this old, and the time that it takes.
        "screen-books": {
            "task": "moderation.tasks.screen_books",
            "schedule": SCREEN_EVERY,
            "options": {"queue": "periodic", "expires": SCREEN_EVERY},
        },
        "check-covers": {
            "task": "moderation.tasks.check_covers",
            "schedule": LOOK_OUT_EVERY,
            "options": {"queue": "periodic", "expires": LOOK_OUT_EVERY},
        },
        "screen-books-anew": {
            "task": "moderation.tasks.screen_books_anew",
            "schedule": crontab(hour=2, minute=20),
            "options": {"queue": "periodic"},
        },
        "purge-merges": {
            "task": "catalog.tasks.purge_merges",
            "schedule": crontab(hour=3, minute=45),
            "options": {"queue": "periodic"},
        },
        "purge-jobs": {
            "task": "enrichment.tasks.purge_jobs",
            "schedule": crontab(hour=3, minute=25),
            "options": {"queue": "periodic"},
        },
        "purge-uploads": {
            "task": "enrichment.tasks.purge_uploads",
            "schedule": crontab(hour=3, minute=35),
            "options": {"queue": "periodic"},
        },
    },
)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def leave_logging_alone(**_kwargs: Any) -> None:
    """Celery sets up logging only where nobody answers this signal; ours is Django's."""


_stopping = mmap.mmap(-1, 1)
"""One byte that a worker shares with the processes that it forks; signals reach it alone."""


@worker_shutting_down.connect
def tell_children(**_kwargs: Any) -> None:
    _stopping[0] = 1


def is_stopping() -> bool:
    """Say whether this worker has been asked to end, so that what takes minutes ends early."""
    return bool(_stopping[0])

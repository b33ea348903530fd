"""The Celery application: queues, time limits, and every periodic task."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu import Queue

app = Celery("bookhub")
# In every thread: "current" would be this one's alone, and gunicorn's threads would send tasks to
# the broker that Celery falls back on.
app.set_default()
app.conf.update(
    task_queues=[Queue("interactive"), Queue("bulk"), Queue("periodic")],
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
    },
)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def leave_logging_alone(**_kwargs: Any) -> None:
    """Celery sets up logging only where nobody answers this signal; ours is Django's."""

"""Work that goes on after the answer: a row a job, whatever happens to worker and queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from config.ids import new_id
from config.triggers import keys_are_fixed, touch_updated_at

if TYPE_CHECKING:
    from config.row_security import Actor


class JobQuerySet(models.QuerySet["Job"]):
    """A job is its owner's to read; moderators look after all of them, in the back-office."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.is_system or actor.is_staff:
            return self
        return self.filter(user=actor.user_id) if actor.user_id else self.none()

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def due(self) -> Self:
        """Keep what a worker may take now: what waits, and what a dead worker held."""
        return self.unfinished().filter(due_at__lte=Now())


class Job(models.Model):
    """One piece of work of a registered kind (`enrichment.jobs.job_kind`).

    The row is the truth and the queue's message no more than a call: a worker takes the row by a
    lease (`enrichment.jobs.lease`), so a message that is lost or comes twice changes nothing.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    queue = models.CharField(max_length=20)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        db_index=False,
        related_name="jobs",
        help_text="Whose job it is; nobody's is the platform's own.",
    )
    arguments = models.JSONField(default=dict)
    once_key = models.CharField(
        max_length=200, null=True, help_text="Of one key, one job of a user is unfinished."
    )
    request_id = models.CharField(max_length=128, default="", db_default="")

    status = models.CharField(
        max_length=9, choices=Status, default=Status.QUEUED, db_default="queued"
    )
    state = models.JSONField(
        default=dict, help_text="What the job has noted down, to go on from when it is cut off."
    )
    done = models.IntegerField(default=0, db_default=0)
    total = models.IntegerField(null=True)
    result = models.JSONField(null=True)
    error = models.TextField(null=True)
    attempts = models.SmallIntegerField(
        default=0, db_default=0, help_text="How often a source has failed it."
    )
    losses = models.SmallIntegerField(
        default=0, db_default=0, help_text="How often in a row it was cut off without progress."
    )
    due_at = models.DateTimeField(
        db_default=Now(),
        help_text="From when on a worker may take it: now, after a source's pause, or, while it "
        "runs, when the lease of its worker ends.",
    )
    sent_at = models.DateTimeField(
        db_default=Now(), help_text="When a worker was last called to take it."
    )
    lease_token = models.UUIDField(null=True, help_text="Names the run that may write here.")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        db_table = "jobs"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user"], name="jobs_by_user"),
            # Ids begin with the time.
            models.Index(fields=["status", "-id"], name="jobs_by_status"),
            models.Index(
                fields=["due_at"], condition=Q(status__in=["queued", "running"]), name="jobs_by_due"
            ),
            models.Index(
                fields=["finished_at"],
                condition=Q(status__in=["succeeded", "failed"]),
                name="jobs_by_finish",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "user", "once_key"],
                condition=Q(once_key__isnull=False, status__in=["queued", "running"]),
                nulls_distinct=False,
                name="jobs_once_unique",
                violation_error_message="The same job is under way already.",
            ),
            models.CheckConstraint(
                name="jobs_status_known",
                condition=Q(status__in=["queued", "running", "succeeded", "failed"]),
            ),
            models.CheckConstraint(
                name="jobs_held_while_running",
                condition=Q(status="running", lease_token__isnull=False)
                | (~Q(status="running") & Q(lease_token__isnull=True)),
            ),
            models.CheckConstraint(
                name="jobs_finish_has_time",
                condition=Q(status__in=["succeeded", "failed"], finished_at__isnull=False)
                | (~Q(status__in=["succeeded", "failed"]) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="jobs_progress_range",
                condition=Q(done__gte=0) & (Q(total__isnull=True) | Q(total__gte=F("done"))),
            ),
        ]
        triggers = [
            # A lease that is renewed is no change of the job.
            touch_updated_at(pgtrigger.AnyChange(exclude=["due_at", "sent_at"])),
            keys_are_fixed("kind", "user", "arguments"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


UNFINISHED = [Job.Status.QUEUED, Job.Status.RUNNING]
FINISHED = [Job.Status.SUCCEEDED, Job.Status.FAILED]

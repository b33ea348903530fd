"""The loads of Open Library's dumps: which there were, and what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from config.ids import new_id

if TYPE_CHECKING:
    from config.row_security import Actor


class DumpLoadQuerySet(models.QuerySet["DumpLoad"]):
    """Operators load; moderators may look."""

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system or actor.is_staff else self.none()


class DumpLoad(models.Model):
    """One load, from the command that began it to its end, however often it was cut off between."""

    class Status(models.TextChoices):
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    class Way(models.TextChoices):
        FIRST = "first", "first load"
        NEXT = "next", "changes"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    made_on = models.DateField("dump of", help_text="The date that the dump's files carry.")
    status = models.CharField(
        max_length=9, choices=Status, default=Status.RUNNING, db_default="running"
    )
    way = models.CharField(max_length=5, choices=Way)
    files = models.JSONField(help_text="Name and bytes of each file.")
    changes = models.JSONField(default=dict, help_text="Rows by table and by what became of them.")
    refused = models.JSONField(default=dict, help_text="Refused lines by reason.")
    error = models.TextField(default="", db_default="")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = DumpLoadQuerySet.as_manager()

    class Meta:
        db_table = "dump_loads"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="dump_loads_status_known",
                condition=Q(status__in=["running", "succeeded", "failed"]),
            ),
            models.CheckConstraint(
                name="dump_loads_way_known", condition=Q(way__in=["first", "next"])
            ),
            models.CheckConstraint(
                name="dump_loads_finish_has_time",
                condition=Q(status="running", finished_at__isnull=True)
                | (~Q(status="running") & Q(finished_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"dump of {self.made_on}"

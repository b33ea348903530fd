"""Files that came by HTTP, until a worker has read them: on any machine, so in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.db.models.lookups import LessThanOrEqual

from config.ids import new_id

if TYPE_CHECKING:
    from config.row_security import Actor

CHUNK = 1024 * 1024
"""Bytes of a file in one row; what goes through a connection at once."""


class UploadQuerySet(models.QuerySet["Upload"]):
    """A file is the business of whoever brought it, and of the job that reads it."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.is_system:
            return self
        return self.filter(user=actor.user_id) if actor.user_id else self.none()


class Upload(models.Model):
    """A file; its bytes are in `chunks`, which the platform alone reads (`enrichment.uploads`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="uploads",
        help_text="Who brought it.",
    )
    name = models.CharField(max_length=255, help_text="As its sender calls it; never a path.")
    size = models.BigIntegerField(default=0, db_default=0, help_text="Bytes.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = UploadQuerySet.as_manager()

    class Meta:
        db_table = "uploads"
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_at"], name="uploads_by_time")]
        constraints = [
            models.CheckConstraint(name="uploads_size_range", condition=Q(size__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name


class UploadChunk(models.Model):
    """A piece of a file, at most CHUNK bytes. The platform alone reads and writes these rows."""

    pk = models.CompositePrimaryKey("upload_id", "position")
    upload = models.ForeignKey(Upload, models.CASCADE, db_index=False, related_name="chunks")
    position = models.IntegerField(help_text="From 0, in the file's order.")
    content = models.BinaryField()

    objects: ClassVar[models.Manager[UploadChunk]] = models.Manager()

    class Meta:
        db_table = "upload_chunks"
        constraints = [
            models.CheckConstraint(
                name="upload_chunks_position_range", condition=Q(position__gte=0)
            ),
            models.CheckConstraint(
                name="upload_chunks_size_range",
                condition=LessThanOrEqual(
                    Func("content", function="octet_length", output_field=models.IntegerField()),
                    CHUNK,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.position}"

"""A reader's own: the authors they follow and the works on their shelves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from catalog.models import Author, Work
from config.triggers import count_in_profile, keys_are_fixed, touch_updated_at

if TYPE_CHECKING:
    from config.row_security import Actor


class OwnQuerySet(models.QuerySet[models.Model]):
    """Rows that nobody but their reader sees, moderators included."""

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(user=actor.user_id)


class UserAuthor(models.Model):
    pk = models.CompositePrimaryKey("user_id", "author_id")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="user_authors"
    )
    author = models.ForeignKey(Author, models.CASCADE, related_name="user_authors")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        db_table = "user_authors"
        triggers = [
            keys_are_fixed("user", "author"),
            *count_in_profile("author_count", "user_id"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.author_id}"


class UserWork(models.Model):
    class Status(models.TextChoices):
        TO_READ = "to_read"
        IN_PROGRESS = "in_progress"
        READ = "read"
        HIDDEN = "hidden"

    pk = models.CompositePrimaryKey("user_id", "work_id")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="user_works"
    )
    work = models.ForeignKey(Work, models.CASCADE, related_name="user_works")
    status = models.CharField(
        max_length=11, choices=Status, default=Status.TO_READ, db_default="to_read"
    )
    available_in_legimi = models.BooleanField(null=True)
    legimi_checked_at = models.DateTimeField(null=True, editable=False)
    status_updated_at = models.DateTimeField(db_default=Now(), editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        db_table = "user_works"
        indexes = [
            models.Index(fields=["user", "status"], name="user_works_by_status"),
            models.Index(fields=["user", "available_in_legimi"], name="user_works_by_available"),
        ]
        constraints = [
            models.CheckConstraint(
                name="user_works_status_known",
                condition=models.Q(status__in=["to_read", "in_progress", "read", "hidden"]),
            )
        ]
        triggers = [
            touch_updated_at(),
            keys_are_fixed("user", "work"),
            *count_in_profile("work_count", "user_id"),
            pgtrigger.Trigger(
                name="touch_status_updated_at",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Condition("OLD.status IS DISTINCT FROM NEW.status"),
                func="NEW.status_updated_at = statement_timestamp(); RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_id}: {self.status}"

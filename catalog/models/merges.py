"""Two authors or two works made one by a moderator, and what is kept to undo it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from config.ids import new_id

if TYPE_CHECKING:
    from config.row_security import Actor

UNDO_WITHIN = timedelta(days=30)


class MergeQuerySet(models.QuerySet["Merge"]):
    """Moderators may look; the platform alone writes."""

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system or actor.is_staff else self.none()

    def living(self) -> Self:
        """Give those whose merged id leads to the row that stays, or is about to."""
        return self.filter(status__in=["merging", "merged"])


class Merge(models.Model):
    """A row that went into another one of its kind.

    The merged row is deleted and `row` has its columns; its id, and its key of Open Library, lead
    to the row that stays (`catalog.merges`). None is a foreign key, since one end is not there.
    """

    class Kind(models.TextChoices):
        AUTHOR = "author"
        WORK = "work"

    class Status(models.TextChoices):
        MERGING = "merging", "under way"
        MERGED = "merged", "merged"
        UNDOING = "undoing", "being undone"
        UNDONE = "undone", "undone"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=6, choices=Kind)
    status = models.CharField(max_length=7, choices=Status, default=Status.MERGING)
    merged_id = models.UUIDField()
    merged_name = models.TextField()
    merged_openlibrary_id = models.CharField(max_length=20, null=True)
    kept_id = models.UUIDField()
    kept_name = models.TextField()
    row = models.JSONField(help_text="The merged row's columns.")
    kept_before = models.JSONField(help_text="What the merge may change of the row that stays.")
    counts = models.JSONField(default=dict, help_text="How many rows moved, by kind.")
    stayed = models.IntegerField(
        default=0, help_text="Items that an undo left where they were: the reader had no room."
    )
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    undone_at = models.DateTimeField(null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        db_table = "merges"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kept_id"], name="merges_by_kept"),
            models.Index(
                fields=["merged_openlibrary_id"],
                condition=Q(merged_openlibrary_id__isnull=False),
                name="merges_by_openlibrary_id",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="merges_kind_known", condition=Q(kind__in=["author", "work"])
            ),
            models.CheckConstraint(
                name="merges_status_known",
                condition=Q(status__in=["merging", "merged", "undoing", "undone"]),
            ),
            models.CheckConstraint(name="merges_not_itself", condition=~Q(merged_id=F("kept_id"))),
            models.CheckConstraint(
                name="merges_undone_has_time",
                condition=Q(status__in=["merging", "merged"], undone_at=None)
                | Q(status__in=["undoing", "undone"], undone_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["merged_id"],
                condition=Q(status__in=["merging", "merged"]),
                name="merges_one_living",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_name} into {self.kept_name}"


class MergeMove(models.Model):
    """One row that a merge moved, as it was; the platform alone sees it, and for 30 days.

    It tells of readers' shelves, so it goes with its reader's account. `kept_before` is the row
    that the staying side had already, `after` what the merge made of the two.
    """

    class Kind(models.TextChoices):
        EDITION = "edition"
        LINK = "link"
        CHOICE = "choice"
        SHELF = "shelf"
        RATING = "rating"
        FOLLOW = "follow"
        ALIAS = "alias"

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(Merge, models.CASCADE, db_index=False, related_name="moves")
    kind = models.CharField(max_length=7, choices=Kind)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    before = models.JSONField()
    kept_before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    objects: models.Manager[MergeMove] = models.Manager()

    class Meta:
        db_table = "merge_moves"
        indexes = [models.Index(fields=["merge", "kind", "user"], name="merge_moves_by_merge")]
        constraints = [
            models.CheckConstraint(
                name="merge_moves_kind_known",
                condition=Q(
                    kind__in=["edition", "link", "choice", "shelf", "rating", "follow", "alias"]
                ),
            ),
            models.CheckConstraint(
                name="merge_moves_readers_are_named",
                condition=Q(kind__in=["edition", "link", "alias"])
                | Q(kind__in=["choice", "shelf", "rating", "follow"], user__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.merge_id}"

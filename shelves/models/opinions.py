"""What members think: ratings with their totals, and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual

from catalog.constraints import text_not_empty
from catalog.models import Book, Work
from catalog.querysets import OwnQuerySet
from config.ids import new_id
from config.triggers import keys_are_fixed, touch_updated_at

if TYPE_CHECKING:
    from config.row_security import Actor


class Rating(models.Model):
    """One to five, of a submitted book or of a work of the catalog; one a reader."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="ratings"
    )
    book = models.ForeignKey(Book, models.CASCADE, null=True, blank=True, related_name="ratings")
    work = models.ForeignKey(Work, models.CASCADE, null=True, blank=True, related_name="ratings")
    score = models.SmallIntegerField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        db_table = "ratings"
        constraints = [
            models.CheckConstraint(name="ratings_score_range", condition=Q(score__range=(1, 5))),
            models.CheckConstraint(
                name="ratings_of_one_thing",
                condition=Q(book__isnull=True, work__isnull=False)
                | Q(book__isnull=False, work__isnull=True),
            ),
            models.UniqueConstraint(fields=["user", "book"], name="ratings_one_a_book"),
            models.UniqueConstraint(fields=["user", "work"], name="ratings_one_a_work"),
        ]
        triggers = [touch_updated_at(), keys_are_fixed("user", "book", "work")]

    def __str__(self) -> str:
        return f"{self.score} of 5"


class WithBookQuerySet(models.QuerySet[Any]):
    """Rows that are seen with their book."""

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(book__in=Book.objects.visible_to(actor))


class RatingTotal(models.Model):
    """How many ratings a book has and what they add up to, so that no list adds them up.

    Triggers on `ratings` keep it (migration 0009); a book that nobody has rated yet has no row.
    It stands after Rating, since Django deletes with a book what hangs on it in this order, which
    is the order in which rows are locked.
    """

    book = models.OneToOneField(Book, models.CASCADE, primary_key=True, related_name="rating_total")
    count = models.IntegerField(default=0, db_default=0)
    sum = models.IntegerField(default=0, db_default=0)

    objects = WithBookQuerySet.as_manager()

    class Meta:
        db_table = "book_ratings"
        constraints = [
            models.CheckConstraint(
                name="book_ratings_sum_of_scores",
                condition=Q(sum__gte=F("count"), sum__lte=F("count") * 5),
            )
        ]

    def __str__(self) -> str:
        return f"{self.average} of {self.count}"

    @property
    def average(self) -> float | None:
        return round(self.sum / self.count, 2) if self.count else None


class Comment(models.Model):
    """What a member says of a book: plain text, 1 to 5,000 characters."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    book = models.ForeignKey(Book, models.CASCADE, db_index=False, related_name="comments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="comments")
    body = models.TextField(max_length=5_000)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = WithBookQuerySet.as_manager()

    class Meta:
        db_table = "comments"
        indexes = [models.Index(fields=["book", "created_at", "id"], name="comments_by_book")]
        constraints = [
            text_not_empty("comments", "body"),
            models.CheckConstraint(
                name="comments_body_length", condition=LessThanOrEqual(Length("body"), 5_000)
            ),
        ]
        triggers = [keys_are_fixed("user", "book")]

    def __str__(self) -> str:
        return self.body[:80]

"""What is worked out about a submitted book before a moderator looks at it.

A screening is a hint and decides nothing: it never changes a book.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalog.models import Book, Edition
from config.ids import new_id


class Flag(models.TextChoices):
    """Why a moderator should look twice."""

    SAME_ISBN = "same_isbn", "Same ISBN in another edition"
    SAME_BOOK = "same_book", "Same title and authors"
    NEAR_TITLE = "near_title", "Near title"
    NO_COVER = "no_cover", "No cover"
    BROKEN_COVER = "broken_cover", "Cover does not load"
    ODD_PRICE = "odd_price", "Odd price for the format"
    OTHER_LANGUAGE = "other_language", "Title in another language"


DUPLICATES = (Flag.SAME_ISBN, Flag.SAME_BOOK, Flag.NEAR_TITLE)
"""Those that say that a book may be here already, the surest first."""


class Screening(models.Model):
    """The flags of a book, as it was at `book_version`; an older one than the book is stale."""

    book = models.OneToOneField(Book, models.CASCADE, primary_key=True, related_name="screening")
    flags = ArrayField(models.CharField(max_length=20, choices=Flag), default=list, blank=True)
    facts = models.JSONField(
        default=dict, help_text="Of a flag, by its name, what was found: a sentence."
    )
    book_version = models.DateTimeField(help_text="The book's updated_at when it was screened.")
    screened_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "book_screenings"
        indexes = [GinIndex(fields=["flags"], name="book_screenings_by_flags")]

    def __str__(self) -> str:
        return ", ".join(self.flags)


class Likeness(models.Model):
    """Another book, or an edition of the catalog, that may be the same as a pending book."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    book = models.ForeignKey(Book, models.CASCADE, related_name="likenesses")
    other_book = models.ForeignKey(Book, models.CASCADE, null=True, blank=True, related_name="+")
    edition = models.ForeignKey(Edition, models.CASCADE, null=True, blank=True, related_name="+")
    flag = models.CharField(max_length=20, choices=Flag)
    score = models.FloatField(help_text="From 0 to 1; 1 is the same.")

    class Meta:
        db_table = "book_likenesses"
        ordering = ["-score", "id"]
        constraints = [
            models.CheckConstraint(
                name="book_likenesses_of_one_thing",
                condition=Q(other_book__isnull=True, edition__isnull=False)
                | Q(other_book__isnull=False, edition__isnull=True),
            ),
            models.CheckConstraint(
                name="book_likenesses_score_range", condition=Q(score__range=(0, 1))
            ),
            models.UniqueConstraint(
                name="book_likenesses_unique",
                fields=["book", "other_book", "edition", "flag"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flag} {self.score:.2f}"


class DueScreening(models.Model):
    """A book that is to be screened. Triggers on `books` note it; whoever screens takes it off.

    Whoever takes it in hand moves `due_at` on, so what a killed worker had comes due again. The
    database deletes it with its book: triggers may note one that is just being deleted.
    """

    book = models.OneToOneField(
        Book, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    noted_at = models.DateTimeField(
        db_default=Now(), help_text="Another one than when it was taken: it has been noted since."
    )
    due_at = models.DateTimeField(db_default=Now(), db_index=True)
    awaits_cover = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether all is known of it but what its cover's address gives.",
    )

    class Meta:
        db_table = "screenings_due"

    def __str__(self) -> str:
        return f"{self.book_id} at {self.due_at}"


class CoverCheck(models.Model):
    """What the address of a cover gave when it was last asked; nothing is asked twice in a day."""

    class Answer(models.TextChoices):
        IMAGE = "image", "A picture"
        MISSING = "missing", "Nothing there"
        NO_IMAGE = "no_image", "Something that is no picture"
        BLANK = "blank", "A picture of one pixel"
        NOT_KNOWN = "not_known", "No answer"

    url = models.TextField(primary_key=True)
    answer = models.CharField(max_length=10, choices=Answer)
    checked_at = models.DateTimeField(db_default=Now(), editable=False)
    ask_again_at = models.DateTimeField(help_text="Until then the answer is good.")

    class Meta:
        db_table = "cover_checks"
        constraints = [
            models.CheckConstraint(
                name="cover_checks_answer_known",
                condition=Q(answer__in=["image", "missing", "no_image", "blank", "not_known"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer} {self.url}"

"""Submitted books: what publishers and members bring, and its genres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual

from accounts.models import Publisher
from catalog.constraints import text_not_empty
from catalog.functions import BookKey, FoldText, IsIsbn13
from catalog.models.works import Edition
from catalog.querysets import BookQuerySet
from config.ids import new_id
from config.triggers import touch_updated_at

if TYPE_CHECKING:
    from uuid import UUID

TRANSITIONS = [("PENDING", "ACTIVE"), ("ACTIVE", "INACTIVE")]
"""The arrows of a book's life (specification, "Book Lifecycle"); a trigger holds them too."""


class Genre(models.Model):
    """A tag on books; "Poetry" and "POETRY" are one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "genres"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                FoldText("name"),
                name="genres_name_unique",
                violation_error_message="This genre exists already.",
            ),
            text_not_empty("genres", "name"),
        ]

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    """What a publisher or a member submitted; `catalog.lifecycle` changes its status."""

    class Status(models.TextChoices):
        PENDING = "PENDING"
        ACTIVE = "ACTIVE"
        INACTIVE = "INACTIVE"

    class Format(models.TextChoices):
        HARDCOVER = "Hardcover"
        PAPERBACK = "Paperback"
        EBOOK = "Ebook"
        AUDIOBOOK = "Audiobook"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=500)
    authors = ArrayField(models.CharField(max_length=300))
    isbn13 = models.CharField("ISBN-13", max_length=13, null=True, blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD", db_default="USD")
    description = models.TextField(max_length=10_000, blank=True, default="", db_default="")
    language = models.CharField(max_length=35, blank=True, default="", db_default="")
    published_date = models.DateField(null=True, blank=True)
    cover_images = ArrayField(models.URLField(max_length=2000), default=list, blank=True)
    genres = models.ManyToManyField(Genre, through="catalog.BookGenre", related_name="books")
    book_format = models.CharField(
        "format", max_length=10, choices=Format, blank=True, default="", db_default=""
    )
    status = models.CharField(
        max_length=8, choices=Status, default=Status.PENDING, db_default="PENDING", editable=False
    )
    publisher = models.ForeignKey(
        Publisher, models.PROTECT, null=True, blank=True, db_index=False, related_name="books"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="books",
    )
    edition = models.ForeignKey(
        Edition, models.PROTECT, null=True, blank=True, editable=False, related_name="books"
    )
    locked_fields = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    match_key = models.GeneratedField(
        expression=BookKey("title", "authors"), output_field=models.TextField(), db_persist=True
    )
    finalized_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_back_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Since when a pending book waits for its submitter, not for a moderator.",
    )
    sent_back_reason = models.TextField(
        max_length=2_000, blank=True, default="", db_default="", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BookQuerySet.as_manager()

    class Meta:
        db_table = "books"
        ordering = ["-created_at", "-id"]
        indexes = [
            # With what the policy asks of a row: what counts rows, or skips them, reads no other.
            models.Index(
                fields=["-created_at", "-id"],
                include=["status", "publisher", "created_by"],
                name="books_by_time",
            ),
            models.Index(fields=["status", "-created_at", "-id"], name="books_by_status"),
            models.Index(fields=["publisher", "-created_at", "-id"], name="books_by_publisher"),
            models.Index(fields=["created_by"], name="books_by_creator"),
            models.Index(fields=["match_key"], name="books_by_match_key"),
            models.Index(
                fields=["created_at", "id"],
                include=["status", "publisher", "created_by"],
                condition=Q(status="PENDING", sent_back_at=None),
                name="books_waiting",
            ),
            # Orders of the back-office's list of all books.
            models.Index(fields=["title", "id"], name="books_by_title"),
            models.Index(fields=["price", "id"], name="books_by_price"),
            # Each order that the lists offer; what everybody lists is ACTIVE.
            *(
                models.Index(
                    fields=[key, "id"], condition=Q(status="ACTIVE"), name=f"books_active_by_{key}"
                )
                for key in ("title", "price", "published_date")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["isbn13"], name="books_isbn13_unique"),
            models.UniqueConstraint(
                fields=["match_key"],
                condition=Q(publisher=None) & ~Q(status="INACTIVE"),
                name="books_title_authors_unique",
            ),
            models.CheckConstraint(name="books_isbn13_valid", condition=IsIsbn13("isbn13")),
            text_not_empty("books", "title"),
            models.CheckConstraint(name="books_has_author", condition=Q(authors__len__gte=1)),
            models.CheckConstraint(
                name="books_price_range", condition=Q(price__gte=0, price__lte="999999.99")
            ),
            models.CheckConstraint(
                name="books_currency_form", condition=Q(currency__regex="^[A-Z]{3}$")
            ),
            models.CheckConstraint(
                name="books_description_length",
                condition=LessThanOrEqual(Length("description"), 10_000),
            ),
            models.CheckConstraint(
                name="books_cover_images_limit",
                condition=Q(cover_images__len__lte=10) | Q(cover_images=[]),
            ),
            models.CheckConstraint(
                name="books_format_known",
                condition=Q(book_format__in=["", "Hardcover", "Paperback", "Ebook", "Audiobook"]),
            ),
            models.CheckConstraint(
                name="books_status_known", condition=Q(status__in=["PENDING", "ACTIVE", "INACTIVE"])
            ),
            models.CheckConstraint(
                name="books_publisher_complete",
                condition=Q(publisher=None) | Q(isbn13__isnull=False, price__isnull=False),
            ),
            models.CheckConstraint(
                name="books_pending_has_submitter",
                condition=~Q(status="PENDING")
                | Q(publisher__isnull=False)
                | Q(created_by__isnull=False),
            ),
            models.CheckConstraint(
                name="books_sent_back_is_pending",
                condition=Q(sent_back_at=None, sent_back_reason="")
                | (Q(status="PENDING", sent_back_at__isnull=False) & ~Q(sent_back_reason="")),
            ),
            models.CheckConstraint(
                name="books_sent_back_reason_length",
                condition=LessThanOrEqual(Length("sent_back_reason"), 2_000),
            ),
            models.CheckConstraint(
                name="books_finalized_is_placed",
                condition=Q(status="PENDING", edition=None, finalized_at=None)
                | (~Q(status="PENDING") & Q(edition__isnull=False, finalized_at__isnull=False)),
            ),
        ]
        triggers = [
            touch_updated_at(pgtrigger.AnyChange(exclude=["match_key"])),
            pgtrigger.Trigger(
                name="born_pending",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.status <> 'PENDING'"),
                func="RAISE EXCEPTION 'a book begins as PENDING'"
                " USING ERRCODE = 'check_violation', CONSTRAINT = 'books_born_pending';",
            ),
            pgtrigger.FSM(name="lifecycle", field="status", transitions=TRANSITIONS),
            # Only the end of an account takes its creator from a book.
            pgtrigger.Protect(
                name="submitter_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.publisher_id IS DISTINCT FROM NEW.publisher_id"
                    " OR (OLD.created_by_id IS DISTINCT FROM NEW.created_by_id"
                    " AND NEW.created_by_id IS NOT NULL)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_members(self, user_id: UUID | None) -> bool:
        """Say whether this is what a member brought, not a publisher, and this user is the one."""
        return user_id is not None and (self.publisher_id, self.created_by_id) == (None, user_id)

    @property
    def author(self) -> str:
        """The authors as the publishers' API writes them (specification, request model)."""
        return "; ".join(self.authors)


class BookGenre(models.Model):
    """A genre on a book, in the order in which the submitter named them."""

    # The unique key begins with it.
    book = models.ForeignKey(Book, models.CASCADE, db_index=False, related_name="book_genres")
    genre = models.ForeignKey(Genre, models.PROTECT, related_name="book_genres")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "book_genres"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["book", "genre"], name="book_genres_unique")]

    def __str__(self) -> str:
        return str(self.genre)


class IdempotentAnswer(models.Model):
    """The first answer to a create that carried an Idempotency-Key; kept for 24 hours."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    publisher = models.ForeignKey(Publisher, models.CASCADE, db_index=False, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request's body.")
    # Text, not jsonb, which would give the members back in another order.
    answer = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False, db_index=True)

    class Meta:
        db_table = "idempotent_answers"
        constraints = [
            models.UniqueConstraint(
                fields=["publisher", "key"], name="idempotent_answers_key_unique"
            )
        ]

    def __str__(self) -> str:
        return self.key

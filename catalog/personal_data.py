"""What the catalog holds about one person (accounts.personal_data)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q

from accounts.personal_data import erases, exports, rows
from catalog.models import Author, Book, Edition, EditionChoice, Merge, MergeMove, Work

if TYPE_CHECKING:
    from accounts.models import User

_TIMES = ("created_at", "updated_at")


@exports("manual_authors")
def _authors(user: User) -> list[dict[str, Any]]:
    return rows(Author.objects.filter(owner_user=user), "id", "name", *_TIMES)


@exports("manual_works")
def _works(user: User) -> list[dict[str, Any]]:
    columns = ("id", "title", "first_publish_year", "primary_edition_id", *_TIMES)
    authors = ArrayAgg("author_works__author_id", filter=Q(author_works__isnull=False), default=[])
    return rows(Work.objects.filter(owner_user=user), *columns, author_ids=authors)


@exports("manual_editions")
def _editions(user: User) -> list[dict[str, Any]]:
    described = ("title", "isbn13", "publish_year", "publish_date", "publish_date_raw")
    columns = ("id", "work_id", *described, "cover_url", "language", *_TIMES)
    return rows(Edition.objects.filter(owner_user=user), *columns)


@exports("edition_choices")
def _edition_choices(user: User) -> list[dict[str, Any]]:
    columns = ("work_id", "edition_id", "created_at")
    return rows(EditionChoice.objects.filter(user=user), *columns, title=F("edition__title"))


@exports("books")
def _books(user: User) -> list[dict[str, Any]]:
    described = ("title", "authors", "isbn13", "price", "currency", "description", "language")
    columns = ("id", "status", *described, "published_date", "cover_images", "book_format", *_TIMES)
    genres = ArrayAgg("book_genres__genre__name", filter=Q(book_genres__isnull=False), default=[])
    return rows(Book.objects.filter(created_by=user), *columns, genre_names=genres)


@exports("merges")
def _merges(user: User) -> list[dict[str, Any]]:
    """Give what a moderator has merged."""
    columns = ("id", "kind", "merged_name", "kept_name", "created_at", "undone_at")
    return rows(Merge.objects.filter(merged_by=user).order_by("pk"), *columns)


@exports("merged_rows")
def _merged_rows(user: User) -> list[dict[str, Any]]:
    """Give copies of a reader's rows from before a merge, which are kept to undo it."""
    moves = MergeMove.objects.filter(user=user).order_by("pk")
    return rows(moves, "kind", "before", "kept_before", merged_at=F("merge__created_at"))


@erases
def _delete_pending_books(user: User) -> None:
    """Nobody could finalize a book whose submitter has gone; finalized ones stay, without name.

    The books are held before what hangs on them goes, as whoever hangs something on one holds it
    first, too.
    """
    pending = Book.objects.filter(created_by=user, publisher=None, status=Book.Status.PENDING)
    held = [book.pk for book in pending.order_by("pk").select_for_update()]
    Book.objects.filter(pk__in=held).delete()

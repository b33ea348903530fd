"""Placing a finalized book in the catalog of authors, works and editions.

The catalog's shared rows are the platform's to write, so this acts as the system, whoever
finalizes: publisher, moderator or command (architecture, "Publisher books and the catalog").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Exists, F, OuterRef, Value

from catalog.functions import SharedAuthorsNamed
from catalog.models import Author, AuthorWork, Edition, Work
from config.row_security import SYSTEM, acting_as

if TYPE_CHECKING:
    from catalog.models import Book


def place(book: Book) -> Edition:
    """Give the catalog's edition of a book: the one with its ISBN, else a new one with its work."""
    with acting_as(SYSTEM):
        return _known_edition(book.isbn13) or _new_edition(book)


def withdraw(edition: Edition) -> None:
    """Take the work of a withdrawn book's edition out of search; shelves that hold it keep it.

    A work that did not come from a book stays, and so does one with another edition still sold.
    """
    with acting_as(SYSTEM):
        sold = Edition.objects.filter(work=OuterRef("pk")).exclude(book__status="INACTIVE")
        Work.objects.filter(~Exists(sold), pk=edition.work_id, book__isnull=False).update(
            listed=False
        )


def _known_edition(isbn13: str | None) -> Edition | None:
    """Find the shared edition with an ISBN; search shows its work from now on."""
    edition = _edition_with_isbn(isbn13) if isbn13 else None
    if edition:
        Work.objects.filter(pk=edition.work_id, listed=False).update(listed=True)
    return edition


def _edition_with_isbn(isbn13: str) -> Edition | None:
    having = Edition.objects.shared().filter(isbns__isbn13=isbn13)
    # The edition that keeps the unique ISBN comes first, then the oldest of those that repeat it.
    edition: Edition | None = having.order_by(
        F("isbn13").desc(nulls_last=True), "created_at"
    ).first()
    return edition


def _new_edition(book: Book) -> Edition:
    year = book.published_date.year if book.published_date else None
    work = Work.objects.create(title=book.title, first_publish_year=year, book=book)
    AuthorWork.objects.bulk_create(
        AuthorWork(author=author, work=work, position=position)
        for position, author in enumerate(_authors(book))
    )
    edition = Edition.objects.create(
        work=work,
        book=book,
        title=book.title,
        isbn13=book.isbn13,
        publish_date=book.published_date,
        publish_year=year,
        cover_url=next(iter(book.cover_images), None),
        language=book.language or None,
    )
    Work.objects.filter(pk=work.pk).update(primary_edition=edition)
    return edition


def _authors(book: Book) -> list[Author]:
    _lock_names(book.authors)
    found = [_author_named(name) or _new_author(name, book) for name in book.authors]
    return list(dict.fromkeys(found))


def _lock_names(names: list[str]) -> None:
    """Let one transaction at a time decide about a name, so that two books share its author."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('author ' || name, 0)) FROM ("
            "SELECT DISTINCT fold_text(n) AS name FROM unnest(%s::text[]) n ORDER BY 1) sorted",
            [names],
        )


def _author_named(name: str) -> Author | None:
    """Find the shared author of a name, when it is clear who that is.

    Of several namesakes none is chosen, unless one came from an earlier book.
    """
    namesakes = list(
        Author.objects.filter(pk__in=SharedAuthorsNamed(Value(name))).order_by(
            F("book").desc(nulls_last=True), "created_at"
        )[:2]
    )
    first = namesakes[0] if namesakes else None
    return first if first and (len(namesakes) == 1 or first.book_id) else None


def _new_author(name: str, book: Book) -> Author:
    return Author.objects.create(name=name, book=book)

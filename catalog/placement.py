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
from config import statements
from config.errors import ConflictError, NotFoundError
from config.row_security import SYSTEM, acting_as

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from catalog.models import Book


_KEEP = "SELECT id FROM public.authors WHERE id = %(id)s FOR KEY SHARE"


def place(book: Book, work: Work | None = None) -> Edition:
    """Give the catalog's edition of a book: the one with its ISBN, else a new one.

    The new one is an edition of `work`, which then keeps its own title, year and authors, or else
    has a work of its own. Raises NotFoundError when `work` is no shared work (any more), and
    ConflictError when the edition with the ISBN is another work's.
    """
    with acting_as(SYSTEM):
        if work is None:
            edition = _edition_with_isbn(book.isbn13) or _new_edition(book, _new_work(book))
        else:
            held = _held(work)
            edition = edition_of(book, held) or _new_edition(book, held)
        # A withdrawn book may have taken its work out of search.
        Work.objects.filter(pk=edition.work_id, listed=False).update(listed=True)
        return edition


def edition_of(book: Book, work: Work) -> Edition | None:
    """Give the edition of a work that has the book's ISBN; None when there would be a new one.

    Raises ConflictError, which names it, when the ISBN stands on editions of other works alone.
    """
    if book.isbn13 is None:
        return None
    own: Edition | None = _having(book.isbn13).filter(work=work).first()
    other = None if own else _edition_with_isbn(book.isbn13)
    if other:
        raise ConflictError(
            f"The ISBN {book.isbn13} is that of “{other.title}”, an edition of another work,"
            f" “{other.work.title}”. Correct the ISBN, or choose that work."
        )
    return own


def withdraw(edition: Edition) -> None:
    """Take the work of a withdrawn book's edition out of search; shelves that hold it keep it.

    A work that did not come from a book stays, and so does one with another edition still sold.
    """
    with acting_as(SYSTEM):
        sold = Edition.objects.filter(work=OuterRef("pk")).exclude(book__status="INACTIVE")
        Work.objects.filter(~Exists(sold), pk=edition.work_id, book__isnull=False).update(
            listed=False
        )


def _held(work: Work) -> Work:
    """Hold a shared work, so that it is still there when its edition is."""
    held: Work | None = Work.objects.shared().select_for_update().filter(pk=work.pk).first()
    if held is None:
        raise NotFoundError("This work is not in the catalog any more. Choose another one.")
    return held


def _having(isbn13: str) -> QuerySet[Edition]:
    """Find the shared editions with an ISBN.

    The one that keeps the unique ISBN comes first, then the oldest of those that repeat it.
    """
    having: QuerySet[Edition] = Edition.objects.shared().filter(isbns__isbn13=isbn13)
    return having.order_by(F("isbn13").desc(nulls_last=True), "created_at")


def _edition_with_isbn(isbn13: str | None) -> Edition | None:
    return _having(isbn13).select_related("work").first() if isbn13 else None


def _new_work(book: Book) -> Work:
    work: Work = Work.objects.create(title=book.title, first_publish_year=_year_of(book), book=book)
    AuthorWork.objects.bulk_create(
        AuthorWork(author=author, work=work, position=position)
        for position, author in enumerate(_authors(book))
    )
    return work


def _new_edition(book: Book, work: Work) -> Edition:
    edition: Edition = Edition.objects.create(
        work=work,
        book=book,
        title=book.title,
        isbn13=book.isbn13,
        publish_date=book.published_date,
        publish_year=_year_of(book),
        cover_url=next(iter(book.cover_images), None),
        language=book.language or None,
    )
    Work.objects.filter(pk=work.pk, primary_edition=None).update(primary_edition=edition)
    return edition


def _year_of(book: Book) -> int | None:
    return book.published_date.year if book.published_date else None


def _authors(book: Book) -> list[Author]:
    lock_names(book.authors)
    found = [_author_named(name) or _new_author(name, book) for name in book.authors]
    return list(dict.fromkeys(found))


def lock_names(names: Iterable[str]) -> None:
    """Let one transaction at a time decide about a name, so that two books share its author.

    Whoever finalizes many books begins with all their names: taken book by book, two transactions
    would wait for each other's.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('author ' || name, 0)) FROM ("
            "SELECT DISTINCT fold_text(n) AS name FROM unnest(%s::text[]) n ORDER BY 1) sorted",
            [list(names)],
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
    if first is None or (len(namesakes) > 1 and not first.book_id):
        return None
    # Another moderator may just have merged the author: then the name is looked up anew.
    return first if _is_there(first) else _author_named(name)


def _is_there(author: Author) -> bool:
    """Say whether an author is not deleted, and keep it from being until the transaction ends."""
    return bool(statements.rows(_KEEP, {"id": author.pk}))


def _new_author(name: str, book: Book) -> Author:
    return Author.objects.create(name=name, book=book)

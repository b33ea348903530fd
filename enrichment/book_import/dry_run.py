"""What a load would do, without doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from catalog import lifecycle
from catalog.models import Book
from enrichment.book_import.loading import BookImport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Publisher


class DryRun(BookImport):
    """Tells what a load would do; PostgreSQL itself refuses to write meanwhile.

    It keeps in memory what would be in by now, some 80 bytes a row, so that an ISBN that comes
    twice is found.
    """

    writes = False

    def __init__(self, publisher: Publisher, *, finalize: bool = False) -> None:
        super().__init__(publisher, finalize=finalize)
        self._touched: dict[int, str] = {}
        """The status that a book would have by now; empty for one that would be gone."""

    def _known(self, isbns: Sequence[str]) -> dict[str, Book]:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        touched = {isbn13: self._touched.get(int(isbn13)) for isbn13 in isbns}
        known = super()._known([isbn13 for isbn13, status in touched.items() if status is None])
        return known | {isbn13: self._book(isbn13, it) for isbn13, it in touched.items() if it}

    def _said_before(self, book: Book) -> dict[str, Any]:
        """Of a book that would be in by now, nothing is kept but that it was good."""
        if not book._state.adding:  # noqa: SLF001  (Django documents it)
            return super()._said_before(book)
        return {"title": "-", "author": "-", "isbn": book.isbn13, "price": 0}

    def _create(self, fields: dict[str, Any]) -> Book:
        status = Book.Status.ACTIVE if self._finalize else Book.Status.PENDING
        return self._pretended(fields["isbn13"], status)

    def _activate(self, book: Book) -> Book:
        return self._pretended(book.isbn13 or "", Book.Status.ACTIVE)

    def _write(self, book: Book, fields: dict[str, Any]) -> Book:
        del fields
        lifecycle.require_pending(book)
        return book

    def _withdraw(self, book: Book) -> Book:
        return self._pretended(book.isbn13 or "", Book.Status.INACTIVE)

    def _discard(self, book: Book) -> None:
        self._touched[int(book.isbn13 or 0)] = ""

    def _pretended(self, isbn13: str, status: str) -> Book:
        self._touched[int(isbn13)] = status
        return self._book(isbn13, status)

    def _book(self, isbn13: str, status: str) -> Book:
        return Book(publisher=self._publisher, isbn13=isbn13, status=status)

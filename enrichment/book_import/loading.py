"""Publishers' books in bulk: the API's own validation and lifecycle, a batch a transaction.

A batch is all in or not at all, so a kill loses the one under way and nothing else. A row has a
savepoint of its own, so a bad one spoils nothing. What is in is recognised by its ISBN, so a file
can be loaded again at any time.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from psycopg.errors import DeadlockDetected
from rest_framework.exceptions import ValidationError

from catalog import lifecycle
from catalog.models import Author, AuthorWork, Book, BookGenre, Edition, EditionIsbn, Genre, Work
from catalog.serializers import BookSerializer
from config.bodies import MOST_DETAILS
from config.errors import DuplicateIsbnError, InvalidError, ProblemError
from config.problems import as_problem
from config.row_security import SYSTEM, acting_as
from enrichment.book_files.rows import FIELDS, Action, Row
from enrichment.book_import.batching import ROWS_A_BATCH
from enrichment.book_import.results import Refusal, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from accounts.models import Publisher
    from enrichment.book_files.rows import Detail

TRIES = 5
"""For a batch: two imports, or an import and a finalizing publisher, may lock each other out."""
MODELS = (Book, Genre, BookGenre, Author, Work, Edition, EditionIsbn, AuthorWork)
"""What a book's way into the catalog reads and writes."""
TAKEN = "A book of another submitter has this ISBN already."
UNKNOWN = "No book of this publisher has this ISBN, so there is none to {}."


def analyze_fresh_tables() -> None:
    """Give PostgreSQL statistics of tables that have none yet.

    Without them it does not see which index is the good one, and each book takes longer than the
    one before. Tables that hold much are left to autovacuum.
    """
    with connections[settings.OWNER_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND reltuples < %s",
            [[model._meta.db_table for model in MODELS], ROWS_A_BATCH],  # noqa: SLF001
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


class BookImport:
    """Loads a publisher's rows, batch by batch."""

    writes = True

    def __init__(self, publisher: Publisher, *, finalize: bool = False) -> None:
        self._publisher, self._finalize = publisher, finalize
        # Made once: a serializer copies all of its fields as it is made.
        self._serializer = BookSerializer()

    def load(self, rows: Sequence[Row]) -> Result:
        """Load a batch, in a transaction of its own as the system."""
        for _ in range(TRIES - 1):
            try:
                return self._load(rows)
            except OperationalError as exc:
                if not isinstance(exc.__cause__, DeadlockDetected):
                    raise
        return self._load(rows)

    def _load(self, rows: Sequence[Row]) -> Result:
        result = Result()
        with acting_as(SYSTEM):
            self._load_valid(list(self._valid(rows, result)), result)
        result.refused.sort(key=lambda refusal: refusal.row.line)
        return result

    def _valid(self, rows: Sequence[Row], result: Result) -> Iterator[tuple[Row, dict[str, Any]]]:
        """Give the rows that are good; of those that change a book, as far as can be told yet."""
        for row in rows:
            try:
                if row.problem:
                    raise InvalidError.of("row", row.problem)
                fields = self._validated(row)
            except (ProblemError, ValidationError) as exc:
                result.refused.append(Refusal(row, _details(exc)))
            else:
                yield row, fields

    def _validated(self, row: Row) -> dict[str, Any]:
        if row.action is Action.CREATE:
            return dict(self._serializer.run_validation(row.data))
        try:
            return {"isbn13": self._serializer.fields["isbn"].run_validation(row.data.get("isbn"))}
        except ValidationError as exc:
            raise ValidationError({"isbn": exc.detail}) from exc

    def _load_valid(self, valid: list[tuple[Row, dict[str, Any]]], result: Result) -> None:
        known = self._known([fields["isbn13"] for _, fields in valid])
        take = {
            Action.CREATE: self._take,
            Action.UPDATE: self._update,
            Action.DELETE: self._delete,
        }
        for row, fields in valid:
            try:
                take[row.action](row, fields, known, result)
            except (ProblemError, ValidationError) as problem:
                result.refused.append(Refusal(row, _details(problem)))
            else:
                result.notes += row.notes

    def _take(
        self, _row: Row, fields: dict[str, Any], known: dict[str, Book], result: Result
    ) -> None:
        """Put one book in, unless it is; raises ProblemError when it cannot be."""
        isbn13 = fields["isbn13"]
        if isbn13 not in known:
            try:
                known[isbn13] = self._create(fields)
            except DuplicateIsbnError:
                # Somebody was quicker, after this batch had looked.
                known |= self._known([isbn13])
            else:
                result.created += 1
                result.finalized += self._finalize
                return
        known[isbn13] = self._recognise(known[isbn13], result)

    def _update(
        self, row: Row, fields: dict[str, Any], known: dict[str, Book], result: Result
    ) -> None:
        """Write what the row names into a PENDING book; raises ProblemError, ValidationError."""
        book = self._own(fields["isbn13"], known, "update")
        lifecycle.require_pending(book)
        said = {name: said for name, said in row.data.items() if name in FIELDS}
        fields = self._serializer.run_validation(self._said_before(book) | said)
        known[fields["isbn13"]] = self._write(book, fields)
        result.updated += 1

    def _delete(
        self, _row: Row, fields: dict[str, Any], known: dict[str, Book], result: Result
    ) -> None:
        """Withdraw an ACTIVE book, discard a PENDING one; raises ProblemError for one not there."""
        book = self._own(fields["isbn13"], known, "delete")
        if book.status == Book.Status.INACTIVE:
            result.already_there += 1
            return
        if book.status == Book.Status.ACTIVE:
            known[fields["isbn13"]] = self._withdraw(book)
        else:
            self._discard(known.pop(fields["isbn13"]))
        result.deleted += 1

    def _own(self, isbn13: str, known: dict[str, Book], verb: str) -> Book:
        """Give the publisher's book; that another has one is nobody's business here."""
        book = known.get(isbn13)
        if book is None or book.publisher_id != self._publisher.pk:
            raise InvalidError.of("isbn", UNKNOWN.format(verb))
        return book

    def _recognise(self, book: Book, result: Result) -> Book:
        """Count a book that is there already, and finalize it if that is wanted and still open."""
        if book.publisher_id != self._publisher.pk:
            raise DuplicateIsbnError(details=[{"field": "isbn", "message": TAKEN}])
        if self._finalize and book.status == Book.Status.PENDING:
            book = self._activate(book)
            result.finalized += 1
        result.already_there += 1
        return book

    def _known(self, isbns: Sequence[str]) -> dict[str, Book]:
        """Find the books with these ISBNs, whoever submitted them."""
        return {book.isbn13 or "": book for book in Book.objects.filter(isbn13__in=isbns)}

    def _said_before(self, book: Book) -> dict[str, Any]:
        return dict(BookSerializer(book).data)

    def _create(self, fields: dict[str, Any]) -> Book:
        with _refusals_translated(), transaction.atomic():
            book = lifecycle.submit(publisher=self._publisher, **fields)
            return self._activate(book) if self._finalize else book

    def _activate(self, book: Book) -> Book:
        with _refusals_translated():
            return lifecycle.finalize(book)

    def _write(self, book: Book, fields: dict[str, Any]) -> Book:
        with _refusals_translated(), transaction.atomic():
            return lifecycle.replace(book, **fields)

    def _withdraw(self, book: Book) -> Book:
        return lifecycle.deactivate(book)

    def _discard(self, book: Book) -> None:
        lifecycle.discard(book)


@contextmanager
def _refusals_translated() -> Iterator[None]:
    """Turn what the database refuses into the error that the API's caller would meet."""
    try:
        yield
    except (IntegrityError, DataError) as exc:
        problem = as_problem(exc)
        if problem is None:
            raise
        raise problem from exc


def _details(exc: ProblemError | ValidationError) -> list[Detail]:
    """Give what is wrong with a row; a list without end may have as many mistakes."""
    problem = as_problem(exc)
    assert problem is not None  # noqa: S101  (both kinds have a translation)
    details = problem.details or [{"field": "row", "message": str(problem.detail)}]
    others = len(details) - MOST_DETAILS
    if others > 0:
        details[MOST_DETAILS:] = [{"field": "row", "message": f"{others:,} more mistakes."}]
    return details

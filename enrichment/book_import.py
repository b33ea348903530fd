"""Publishers' books in bulk: the API's own validation and lifecycle, a batch a transaction.

A batch is all in or not at all, so a kill loses the one under way and nothing else. A row has a
savepoint of its own, so a bad one spoils nothing. What is in is recognised by its ISBN, so a file
can be loaded again at any time.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
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
from config.errors import DuplicateIsbnError, InvalidError, ProblemError
from config.problems import as_problem
from config.row_security import SYSTEM, acting_as

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from accounts.models import Publisher
    from enrichment.book_files.rows import Detail, Row

ROWS_A_BATCH = 200
BYTES_A_BATCH = 4 * 1024 * 1024
TRIES = 5
"""For a batch: two imports, or an import and a finalizing publisher, may lock each other out."""
MODELS = (Book, Genre, BookGenre, Author, Work, Edition, EditionIsbn, AuthorWork)
"""What a book's way into the catalog reads and writes."""
TAKEN = "A book of another submitter has this ISBN already."


@dataclass(frozen=True, slots=True)
class Refusal:
    row: Row
    details: list[Detail]


@dataclass(slots=True)
class Result:
    """What became of a batch: each row is created, already there or refused.

    `finalized` counts those of the first two that went from PENDING to ACTIVE.
    """

    created: int = 0
    already_there: int = 0
    finalized: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def read(self) -> int:
        return self.created + self.already_there + len(self.refused)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Cut rows into batches that are small enough to be kept in memory and to be done again."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += row.size
        if len(batch) == ROWS_A_BATCH or size >= BYTES_A_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


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
        for row in rows:
            try:
                if row.problem:
                    raise InvalidError.of("row", row.problem)
                fields = self._serializer.run_validation(row.data)
            except (ProblemError, ValidationError) as exc:
                result.refused.append(Refusal(row, _details(exc)))
            else:
                yield row, fields

    def _load_valid(self, valid: list[tuple[Row, dict[str, Any]]], result: Result) -> None:
        known = self._known([fields["isbn13"] for _, fields in valid])
        for row, fields in valid:
            try:
                self._take(fields, known, result)
            except ProblemError as problem:
                result.refused.append(Refusal(row, _details(problem)))

    def _take(self, fields: dict[str, Any], known: dict[str, Book], result: Result) -> None:
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

    def _create(self, fields: dict[str, Any]) -> Book:
        with _refusals_translated(), transaction.atomic():
            book = lifecycle.submit(publisher=self._publisher, **fields)
            return self._activate(book) if self._finalize else book

    def _activate(self, book: Book) -> Book:
        with _refusals_translated():
            return lifecycle.finalize(book)


class DryRun(BookImport):
    """Tells what a load would do; PostgreSQL itself refuses to write meanwhile.

    It keeps in memory what would be in by now, some 80 bytes a row, so that an ISBN that comes
    twice is found.
    """

    writes = False

    def __init__(self, publisher: Publisher, *, finalize: bool = False) -> None:
        super().__init__(publisher, finalize=finalize)
        self._touched: set[int] = set()

    def _known(self, isbns: Sequence[str]) -> dict[str, Book]:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        touched = (isbn13 for isbn13 in isbns if int(isbn13) in self._touched)
        return super()._known(isbns) | {isbn13: self._pretended(isbn13) for isbn13 in touched}

    def _create(self, fields: dict[str, Any]) -> Book:
        return self._pretended(fields["isbn13"])

    def _activate(self, book: Book) -> Book:
        return self._pretended(book.isbn13 or "")

    def _pretended(self, isbn13: str) -> Book:
        self._touched.add(int(isbn13))
        status = Book.Status.ACTIVE if self._finalize else Book.Status.PENDING
        return Book(publisher=self._publisher, isbn13=isbn13, status=status)


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
    problem = as_problem(exc)
    assert problem is not None  # noqa: S101  (both kinds have a translation)
    return problem.details or [{"field": "row", "message": str(problem.detail)}]

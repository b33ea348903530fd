"""What every reader of publishers' files gives: rows, and a clear word when there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from enrichment.book_files.source import Source

Detail = dict[str, str]
"""`{"field": "isbn", "message": "..."}`, as in the API's errors."""

Warn = Callable[[str], None]

FIELDS = (
    "title",
    "author",
    "isbn",
    "price",
    "currency",
    "description",
    "language",
    "publishedDate",
    "coverImages",
    "genres",
    "bookFormat",
)
"""The request model of `POST /api/v1/books`; a file names its values likewise."""
REQUIRED = FIELDS[:4]


class FileError(Exception):
    """The file cannot be read, or not any further; the text says where and why."""


class Action(StrEnum):
    """What a row asks for.

    CREATE brings a book; one that is there already stays as it is. UPDATE writes the fields that
    the row names into a PENDING book, and leaves the others. DELETE takes a book away, and needs
    its ISBN alone.
    """

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Row:
    """One book of a file.

    `line` is where it begins, from 1 (in MARC 21, which has no lines, the record's number). `data`
    is the API's request body, or for an update a part of it. `original` is what the refusal
    repeats. `problem` says why the row could not even be read; `data` is None then. `size` is in
    bytes, roughly. `notes` tell of what was left out of a row that is good otherwise.
    """

    line: int
    data: Any
    original: Any
    size: int
    problem: str | None = None
    action: Action = Action.CREATE
    notes: tuple[Detail, ...] = ()


class BookFile(Protocol):
    """A format: made of a source, it gives rows, and writes refusals that it can read again."""

    endings: ClassVar[tuple[str, ...]]

    def __init__(self, source: Source, warn: Warn) -> None:
        """Raise FileError for a file that is not of this format."""

    @staticmethod
    def recognises(head: bytes) -> bool:
        """Say whether a file that begins like this is certainly of this format."""

    def __iter__(self) -> Iterator[Row]: ...

    def refusals_begin(self) -> str:
        """Give what stands on top of a file of refused rows."""

    def refusal(self, row: Row, details: Sequence[Detail]) -> str:
        """Give the text, one line or more, that tells of a refused row."""

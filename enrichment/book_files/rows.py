"""What every reader of publishers' files gives: rows, and a clear word when there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Row:
    """One book of a file.

    `line` is where it begins, from 1. `data` is the API's request body. `original` is what the
    refusal repeats. `problem` says why the row could not even be read; `data` is None then.
    `size` is in bytes, roughly.
    """

    line: int
    data: Any
    original: Any
    size: int
    problem: str | None = None


class BookFile(Protocol):
    """A format: made of a source, it gives rows, and writes refusals that it can read again."""

    endings: ClassVar[tuple[str, ...]]

    def __init__(self, source: Source, warn: Warn) -> None:
        """Raise FileError for a file that is not of this format."""

    def __iter__(self) -> Iterator[Row]: ...

    def refusals_begin(self) -> str:
        """Give what stands on top of a file of refused rows."""

    def refusal(self, row: Row, details: Sequence[Detail]) -> str:
        """Give the text, one line or more, that tells of a refused row."""

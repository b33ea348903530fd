"""What a reader's file of another service says: its rows, and a clear word when there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal


class ExportError(Exception):
    """The file is none of those known, or cannot be read; the text is for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRow:
    """One book of a reader's file, with the texts made fit to be kept (sources/texts)."""

    line: int
    """Where the row begins in the file, from 1."""
    title: str
    """Without the series in brackets; empty where the file names the book by an id alone."""
    full_title: str
    """As the file has it: "The Hunger Games (The Hunger Games, #1)"."""
    authors: tuple[str, ...] = ()
    """ "First Last", the main author first."""
    isbns: tuple[str, ...] = ()
    """Valid ISBN-13s, each once, the edition's own first."""
    openlibrary_work: str | None = None
    openlibrary_edition: str | None = None
    status: str | None = None
    """A value of UserWork.Status; None where the file does not say."""
    shelf: str = ""
    """As the file names it."""
    rating: Decimal | None = None
    """0.25 to 5 in quarters."""
    publish_year: int | None = None
    original_year: int | None = None
    """May be negative: before our era."""
    language: str | None = None
    """A BCP 47 tag."""
    added_on: date | None = None
    read_on: date | None = None
    notes: tuple[str, ...] = ()
    """What of the row could not be taken, as sentences."""
    problem: str | None = None
    """Why the row cannot be taken at all, as a sentence."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file that is known and can be read to its end.

    `kind` is a key of files.KINDS. `left_out` names the columns that have values which are not
    kept. `rows` gives each row of the file once, also one that cannot be taken; it raises nothing.
    """

    kind: str
    encoding: str
    left_out: tuple[str, ...]
    rows: Iterator[LibraryRow]

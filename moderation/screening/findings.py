"""What the rules are given, and what they give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from moderation.models import Flag

MOST_LIKENESSES = 10


@dataclass(frozen=True, slots=True)
class Subject:
    """A pending book, as far as the rules look at it; `version` is its `updated_at`."""

    id: UUID
    version: datetime
    title: str
    authors: tuple[str, ...]
    isbn13: str | None = None
    price: Decimal | None = None
    currency: str = "USD"
    book_format: str = ""
    language: str = ""
    description: str = ""
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be the same as a subject: another book, or a work of the catalog by its edition.

    A work without an edition has neither id; it can be told of and not be linked to.
    """

    found_by: Literal["isbn", "key", "title"]
    title: str
    authors: tuple[str, ...]
    book_id: UUID | None = None
    edition_id: UUID | None = None
    status: str = ""
    """Of a book."""
    submitter: str = ""
    year: int | None = None
    is_openlibrarys: bool = False


@dataclass(frozen=True, slots=True)
class Alike:
    """A row of `book_likenesses`."""

    flag: Flag
    score: float
    book_id: UUID | None
    edition_id: UUID | None


@dataclass(slots=True)
class Findings:
    """Flags, each with its sentence, and likenesses, the best first."""

    facts: dict[Flag, str] = field(default_factory=dict)
    likenesses: list[Alike] = field(default_factory=list)
    awaits_cover: bool = False
    failed: list[str] = field(default_factory=list)
    """Names of the rules that broke down."""

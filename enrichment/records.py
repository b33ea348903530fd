"""What the sources say, read and cleaned: frozen records without a trace of the source's shapes.

Texts are NFC, without control characters and outer space; a thing that the source does not say, or
says in a way that nobody can use, is None or empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

Precision = Literal["year", "month", "day"]


@dataclass(frozen=True, slots=True)
class PublishDate:
    """A date as far as it is known: of a bare year, the first of January is no more than a form."""

    day: date
    precision: Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorRecord:
    openlibrary_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRecord:
    """`authors` are Open Library ids, in the work's order, each once."""

    openlibrary_id: str
    title: str
    authors: tuple[str, ...] = ()
    first_publish_year: int | None = None
    description: str = ""
    subjects: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRecord:
    """`works` are Open Library ids; `isbns` are valid ISBN-13s, each once; `language` is BCP 47.

    `authors`, Open Library ids, stand in where there is no work: upstream they are often wrong.
    """

    openlibrary_id: str
    title: str
    subtitle: str = ""
    works: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    publish_date_raw: str | None = None
    publish_year: int | None = None
    publish_date: date | None = None
    isbns: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    language: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRecord:
    """A book as a plug-in found it: evidence about a submitted one, scored by `matching`.

    `covers` are https addresses, the best first; `language` is BCP 47. `subtitle` is told apart
    where the source does so.
    """

    title: str
    subtitle: str = ""
    authors: tuple[str, ...] = ()
    isbns: tuple[str, ...] = ()
    description: str = ""
    language: str = ""
    published: PublishDate | None = None
    covers: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()

    @property
    def full_title(self) -> str:
        """The title as people write it, with what tells one part of a work from another."""
        return f"{self.title}: {self.subtitle}" if self.subtitle else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The book that we look for, as far as we know it."""

    title: str
    authors: tuple[str, ...] = ()
    isbn13: str | None = None
    language: str = ""

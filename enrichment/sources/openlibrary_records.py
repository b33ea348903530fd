"""Open Library's records, read (external-services.md, sections 2.2 to 2.4).

Pure: from decoded JSON to frozen records. What a field says in a shape that nobody can use, it does
not say; a record without an id or a title of its kind raises UnprocessableRecordError, and nothing
else is raised whatever the JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from config.errors import UnprocessableRecordError
from enrichment.records import AuthorRecord, BookRecord, EditionRecord, PublishDate, WorkRecord
from enrichment.sources import dates, isbns, texts
from enrichment.sources.base import Candidate
from enrichment.sources.openlibrary_fields import authors as authors_of
from enrichment.sources.openlibrary_fields import (
    covers,
    items,
    key,
    keys,
    languages,
    long_text,
    subjects,
    type_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Json = dict[str, Any]

R_co = TypeVar("R_co", covariant=True)

MOST_GENRES = 10


@dataclass(frozen=True, slots=True)
class Kind(Generic[R_co]):
    """A kind of record: its name in `type`, the letter of its ids, its folder, its reader."""

    name: str
    letter: str
    folder: str
    read: Callable[[object], R_co]


def author(record: object) -> AuthorRecord:
    """Read an author, or a hit of the search for authors."""
    fields, openlibrary_id = _of_kind(record, "author", "A")
    name = (
        texts.line(fields.get("name"))
        or texts.line(fields.get("personal_name"))
        or next(iter(texts.lines(fields.get("alternate_names"))), "")
    )
    return AuthorRecord(openlibrary_id=openlibrary_id, name=_required(name, "author", "name"))


def work(record: object) -> WorkRecord:
    fields, openlibrary_id = _of_kind(record, "work", "W")
    first = fields.get("first_publish_date")
    return WorkRecord(
        openlibrary_id=openlibrary_id,
        title=_required(texts.line(fields.get("title")), "work", "title"),
        authors=authors_of(fields),
        first_publish_year=dates.year_of(first) if isinstance(first, str) else None,
        description=long_text(fields.get("description")),
        subjects=subjects(fields.get("subjects")),
        covers=covers(fields.get("covers")),
    )


def edition(record: object) -> EditionRecord:
    fields, openlibrary_id = _of_kind(record, "edition", "M")
    raw = texts.line(fields.get("publish_date"))
    published = dates.read(raw)
    return EditionRecord(
        openlibrary_id=openlibrary_id,
        title=_required(texts.line(fields.get("title")), "edition", "title"),
        subtitle=texts.line(fields.get("subtitle")),
        works=keys(items(fields.get("works")), "W"),
        authors=authors_of(fields),
        publish_date_raw=raw or None,
        publish_year=published.day.year if published else None,
        publish_date=published.day if published and published.precision == "day" else None,
        isbns=isbns.read([*items(fields.get("isbn_13")), *items(fields.get("isbn_10"))]),
        covers=covers(fields.get("covers")),
        language=_language(fields),
        description=long_text(fields.get("description")),
    )


AUTHOR = Kind("author", "A", "authors", author)
WORK = Kind("work", "W", "works", work)
EDITION = Kind("edition", "M", "books", edition)


def book(
    found: EditionRecord, of_work: WorkRecord | None = None, authors: tuple[str, ...] = ()
) -> BookRecord:
    """Put an edition, its work and the names of the work's authors together."""
    return BookRecord(
        title=found.title,
        subtitle=found.subtitle,
        authors=authors,
        isbns=found.isbns,
        description=found.description or (of_work.description if of_work else ""),
        language=found.language or "",
        published=dates.read(found.publish_date_raw or ""),
        covers=found.covers or (of_work.covers if of_work else ()),
        genres=of_work.subjects[:MOST_GENRES] if of_work else (),
    )


def hits(doc: object) -> tuple[Candidate, ...]:
    """Read a hit of `/search.json`: the work, then the edition of it that fits the search best.

    Which edition that is says little, unless its title or language is the one looked for. Both have
    the work's id. A hit without an id or any title gives nothing.
    """
    openlibrary_id = key(doc, "W")
    if openlibrary_id is None or not isinstance(doc, dict):
        return ()
    found = [_hit(doc, each) for each in (doc, *_best_editions(doc)[:1])]
    return tuple(Candidate(openlibrary_id, each) for each in found if each.title)


def _of_kind(record: object, name: str, letter: str) -> tuple[Json, str]:
    if not isinstance(record, dict):
        raise UnprocessableRecordError("Open Library's record is no object.")
    kind = type_of(record)
    if kind == "delete":
        raise UnprocessableRecordError(f"Open Library has deleted this {name}.")
    openlibrary_id = key(record, letter)
    if kind not in {"", name} or openlibrary_id is None:
        raise UnprocessableRecordError(f"Open Library's record is of no {name}.")
    return record, openlibrary_id


def _required(text: str, name: str, field: str) -> str:
    if not text:
        raise UnprocessableRecordError(f"Open Library's record of this {name} has no {field}.")
    return text


def _language(fields: Json) -> str | None:
    """Give the first language of an edition, which old records have in `language`."""
    found = languages([*items(fields.get("languages")), *items(fields.get("language"))])
    return next(iter(found), None)


def _best_editions(doc: Json) -> list[Json]:
    editions = doc.get("editions")
    docs = items(editions.get("docs")) if isinstance(editions, dict) else []
    return [each for each in docs if isinstance(each, dict)]


def _hit(work_doc: Json, doc: Json) -> BookRecord:
    """Read a work (twice the same `doc`), or one of its editions.

    A work's hit has the languages of all its editions: it says something only where that is one.
    """
    spoken = languages(doc.get("language"))
    return BookRecord(
        title=texts.line(doc.get("title")),
        subtitle=texts.line(doc.get("subtitle")),
        authors=texts.lines(work_doc.get("author_name")),
        isbns=isbns.read(doc.get("isbn")),
        language=spoken[0] if len(spoken) == 1 else "",
        published=_published(doc) or _published(work_doc),
        covers=covers([doc.get("cover_i")]) or covers([work_doc.get("cover_i")]),
        genres=subjects(work_doc.get("subject"))[:MOST_GENRES],
    )


def _published(doc: Json) -> PublishDate | None:
    """Read an edition's date, of which the search has a list, or a work's first year."""
    for raw in items(doc.get("publish_date"))[:1]:
        return dates.read(texts.line(raw))
    year = dates.possible_year(doc.get("first_publish_year"))
    return dates.read(f"{year:04}") if year else None

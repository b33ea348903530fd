"""Open Library's records, read (external-services.md, sections 2.2 to 2.4).

Pure: from decoded JSON to frozen records. What a field says in a shape that nobody can use, it does
not say; a record without an id or a title of its kind raises UnprocessableRecordError, and nothing
else is raised whatever the JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from config.errors import UnprocessableRecordError
from enrichment.records import AuthorRecord, BookRecord, EditionRecord, PublishDate, WorkRecord
from enrichment.sources import dates, isbns, languages, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Json = dict[str, Any]

R_co = TypeVar("R_co", covariant=True)

COVER = "https://covers.openlibrary.org/b/id/{}-L.jpg"
MOST_GENRES = 10
LONGEST_GENRE = 100

# Bare keys occur, and those of before 2010. Numbers have eight digits by now; the catalog's ids
# have place for twelve.
_KEY = re.compile(r"(?:/*(?:authors|works|books|a|b)/+)?(OL[1-9][0-9]{0,11}([AWM]))")
_LANGUAGE = re.compile(r"(?:/(?:languages|l)/)?([a-z]{3})")

# Subjects that programs set: "nyt:paperback_nonfiction=2007-01-28", "series:Discworld".
_MACHINE_TAG = re.compile(r"[A-Za-z_]+:\S.*|.*=\d{4}-\d{2}-\d{2}")
_HOUSEKEEPING = {
    "accessible book",
    "in library",
    "internet archive wishlist",
    "lending library",
    "open library staff picks",
    "overdrive",
    "popular print disabled books",
    "protected daisy",
}


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
        authors=_authors(fields),
        first_publish_year=dates.year_of(first) if isinstance(first, str) else None,
        description=_long_text(fields.get("description")),
        subjects=_subjects(fields.get("subjects")),
        covers=_covers(fields.get("covers")),
    )


def edition(record: object) -> EditionRecord:
    fields, openlibrary_id = _of_kind(record, "edition", "M")
    raw = texts.line(fields.get("publish_date"))
    published = dates.read(raw)
    return EditionRecord(
        openlibrary_id=openlibrary_id,
        title=_required(texts.line(fields.get("title")), "edition", "title"),
        works=_keys(_items(fields.get("works")), "W"),
        authors=_authors(fields),
        publish_date_raw=raw or None,
        publish_year=published.day.year if published else None,
        publish_date=published.day if published and published.precision == "day" else None,
        isbns=isbns.read([*_items(fields.get("isbn_13")), *_items(fields.get("isbn_10"))]),
        covers=_covers(fields.get("covers")),
        language=_first_language(fields.get("languages")),
        description=_long_text(fields.get("description")),
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
        authors=authors,
        isbns=found.isbns,
        description=found.description or (of_work.description if of_work else ""),
        language=found.language or "",
        published=dates.read(found.publish_date_raw or ""),
        covers=found.covers or (of_work.covers if of_work else ()),
        genres=of_work.subjects[:MOST_GENRES] if of_work else (),
    )


def hits(doc: object) -> tuple[BookRecord, ...]:
    """Read a hit of `/search.json`: the edition that fits the search best, then the work.

    The work counts alone when its title is another, as that of a translation is; a hit without any
    title gives nothing.
    """
    if not isinstance(doc, dict):
        return ()
    whole = _hit(doc, doc)
    best = [_hit(doc, each) for each in _best_editions(doc)[:1]]
    differing = [each for each in best if each.title.casefold() != whole.title.casefold()]
    found = [*differing, whole] if differing or not best else best
    return tuple(each for each in found if each.title)


def key(value: object, letter: str) -> str | None:
    """Read a reference to a record, a key or an object with one, when it is of this kind."""
    if isinstance(value, dict):
        value = value.get("key")
    found = _KEY.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found and found[2] == letter else None


def type_of(record: Json) -> str:
    """Name the type of a record ("author", "redirect"); empty when it names none."""
    value = record.get("type")
    if isinstance(value, dict):
        value = value.get("key")
    return value.rpartition("/")[2] if isinstance(value, str) else ""


def is_redirect(record: Json) -> bool:
    return type_of(record) == "redirect"


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


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _keys(values: Iterable[object], letter: str) -> tuple[str, ...]:
    found = (key(each, letter) for each in values)
    return tuple(dict.fromkeys(each for each in found if each))


def _authors(fields: Json) -> tuple[str, ...]:
    """Read the authors of a work (`{"author": {"key": ...}}`) or of an edition (`{"key": ...}`)."""
    entries = _items(fields.get("authors"))
    return _keys(
        (each.get("author", each) if isinstance(each, dict) else each for each in entries), "A"
    )


def _long_text(value: object) -> str:
    """Read a text that is a string, or an object with one in `value`."""
    return texts.from_markdown(value.get("value") if isinstance(value, dict) else value)


def _covers(values: object) -> tuple[str, ...]:
    """Give the addresses of covers; -1 stands where one was taken away."""
    numbers = (each for each in _items(values) if type(each) is int and each > 0)
    return tuple(COVER.format(each) for each in dict.fromkeys(numbers))


def _subjects(values: object) -> tuple[str, ...]:
    return tuple(
        each
        for each in texts.lines(values)
        if len(each) <= LONGEST_GENRE
        and each.casefold() not in _HOUSEKEEPING
        and not _MACHINE_TAG.fullmatch(each)
    )


def _languages(values: object) -> list[str]:
    """Read `{"key": "/languages/pol"}`, or the bare codes of the search."""
    codes = (each.get("key") if isinstance(each, dict) else each for each in _items(values))
    found = (_LANGUAGE.fullmatch(each) for each in codes if isinstance(each, str))
    tags = (languages.from_marc(each[1]) for each in found if each)
    return list(dict.fromkeys(each for each in tags if each))


def _first_language(values: object) -> str | None:
    return next(iter(_languages(values)), None)


def _best_editions(doc: Json) -> list[Json]:
    editions = doc.get("editions")
    docs = _items(editions.get("docs")) if isinstance(editions, dict) else []
    return [each for each in docs if isinstance(each, dict) and texts.line(each.get("title"))]


def _hit(work_doc: Json, doc: Json) -> BookRecord:
    """Read a work (twice the same `doc`), or one of its editions.

    A work's hit has the languages of all its editions: it says something only where that is one.
    """
    spoken = _languages(doc.get("language"))
    return BookRecord(
        title=texts.line(doc.get("title")),
        authors=texts.lines(work_doc.get("author_name")),
        isbns=isbns.read(doc.get("isbn")),
        language=spoken[0] if len(spoken) == 1 else "",
        published=_published(doc) or _published(work_doc),
        covers=_covers([doc.get("cover_i")]) or _covers([work_doc.get("cover_i")]),
        genres=_subjects(work_doc.get("subject"))[:MOST_GENRES],
    )


def _published(doc: Json) -> PublishDate | None:
    """Read an edition's date, of which the search has a list, or a work's first year."""
    for raw in _items(doc.get("publish_date"))[:1]:
        return dates.read(texts.line(raw))
    year = dates.possible_year(doc.get("first_publish_year"))
    return dates.read(f"{year:04}") if year else None

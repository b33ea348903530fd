"""Records of every other shape, by the rules that the API's answers are read by, too.

Slow, and the measure of `records`: a record that both can read becomes the same rows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from catalog.openlibrary_keys import KINDS
from config.errors import UnprocessableRecordError
from enrichment.dumps import columns, rows
from enrichment.dumps.kinds import Kind
from enrichment.dumps.lines import UnreadableLine
from enrichment.dumps.reasons import Reason, RefusedError
from enrichment.sources import openlibrary_records as records
from enrichment.sources.openlibrary_fields import key as key_in
from enrichment.sources.openlibrary_fields import type_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from enrichment.dumps.rows import Rows

    Json = dict[str, Any]

T = TypeVar("T")

LONGEST_KEY = 100
"""Characters of a refused line's key that are kept."""

FIELDS = (
    *("type", "key", "name", "personal_name", "alternate_names", "title", "authors", "works"),
    *(
        "first_publish_date",
        "publish_date",
        "isbn_13",
        "isbn_10",
        "covers",
        "languages",
        "language",
    ),
)
"""What rows are made of; the rules take their time for descriptions and subjects."""

# A control character that nobody escaped does no harm: the texts are cleaned of them anyway.
_decode = json.JSONDecoder(strict=False).decode


class OtherThingError(Exception):
    """Raised for a record about a thing that the catalog does not have: a subject, a language."""


class Reading(NamedTuple):
    """What a line became: rows, of this kind, which may be another one than that of the file."""

    kind: Kind
    rows: Rows


def read(kind: Kind, line: bytes, number: int) -> Reading:
    """Read a line of a file of this kind; raises RefusedError or OtherThingError."""
    if isinstance(line, UnreadableLine):
        raise RefusedError(line.reason)
    parts = line.split(b"\t", 4)
    if len(parts) != 5:  # noqa: PLR2004
        raise RefusedError(Reason.NOT_FIVE_COLUMNS)
    record = _decoded(parts[4])
    found = _kind_of(kind, parts[0], record)
    return Reading(found, READERS[found](record, number))


def key_of(line: bytes) -> str:
    """Give the key of a line that is not taken as a column; empty where none can be read."""
    start = line.head if isinstance(line, UnreadableLine) else line
    key = b"".join(start.split(b"\t", 2)[1:2])
    return columns.title_column(key[:LONGEST_KEY].decode(errors="replace"))


def _decoded(text: bytes) -> Json:
    try:
        record = _decode(text.decode().strip())
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise RefusedError(Reason.NOT_JSON)
    return record


def _kind_of(kind: Kind, first_column: bytes, record: Json) -> Kind:
    """Say what a record is: of the file's kind, or a redirect or a delete among these.

    The first column says it, and the record, if it names a type, says the same.
    """
    expected = (kind, Kind.REDIRECTS, Kind.DELETES)
    stated = next((each for each in expected if first_column == each.type_key), None)
    named = type_of(record) or kind.type_name
    if stated is kind:
        stated = next((each for each in expected if named == each.type_name), None)
    if stated is None:
        raise RefusedError(Reason.WRONG_TYPE)
    return stated


def _author(record: Json, line: int) -> Rows:
    openlibrary_id = _id_of(record, "A")
    found = _read(records.author, record, Reason.NO_NAME)
    row_id = rows.author_row_id(openlibrary_id)
    return rows.author(line, row_id, openlibrary_id, columns.name_column(found.name))


def _work(record: Json, line: int) -> Rows:
    openlibrary_id = _id_of(record, "W")
    found = _read(records.work, record, Reason.NO_TITLE)
    row_id = rows.work_row_id(openlibrary_id)
    rest = f"{columns.title_column(found.title)}\t{columns.column(found.first_publish_year)}"
    authors = [rows.author_row_id(each) for each in found.authors]
    return rows.work(line, row_id, openlibrary_id, rest, authors)


def _edition(record: Json, line: int) -> Rows:
    openlibrary_id = _id_of(record, "M")
    found = _read(records.edition, record, Reason.NO_TITLE)
    if not found.works:
        raise RefusedError(Reason.NO_WORK)
    work_id, title = rows.work_row_id(found.works[0]), columns.title_column(found.title)
    published = columns.date_columns(found.publish_year, found.publish_date, found.publish_date_raw)
    cover = columns.column(next(iter(found.covers), None))
    rest = f"{work_id}\t{title}\t{published}\t{cover}\t{columns.column(found.language)}"
    row_id = rows.edition_row_id(openlibrary_id)
    return rows.edition(line, row_id, openlibrary_id, rest, found.isbns)


def _redirect(record: Json, line: int) -> Rows:
    openlibrary_id, location = _any_id(record), _any_id(record.get("location"))
    if openlibrary_id is None:
        raise OtherThingError
    if location is None:
        raise RefusedError(Reason.REDIRECT_NOWHERE)
    if location[-1] != openlibrary_id[-1]:
        raise RefusedError(Reason.REDIRECT_TO_ANOTHER_KIND)
    return f"{line}\t{openlibrary_id}\t{location}\n", ""


def _delete(record: Json, _line: int) -> Rows:
    openlibrary_id = _any_id(record)
    if openlibrary_id is None:
        raise OtherThingError
    return f"{openlibrary_id}\n", ""


READERS: dict[Kind, Callable[[Json, int], Rows]] = {
    Kind.AUTHORS: _author,
    Kind.WORKS: _work,
    Kind.EDITIONS: _edition,
    Kind.REDIRECTS: _redirect,
    Kind.DELETES: _delete,
}


def _id_of(record: Json, letter: str) -> str:
    openlibrary_id = key_in(record, letter)
    if openlibrary_id is None:
        raise RefusedError(Reason.NO_KEY)
    return openlibrary_id


def _read(rule: Callable[[object], T], record: Json, reason: Reason) -> T:
    """Read a record of which type and key are right, so that only this reason is left."""
    try:
        return rule({field: record[field] for field in FIELDS if field in record})
    except UnprocessableRecordError as exc:
        raise RefusedError(reason) from exc


def _any_id(value: object) -> str | None:
    return next((found for letter in KINDS if (found := key_in(value, letter))), None)

"""A reader's library as a file, written while it is read: memory does not grow with the shelf.

Each batch is a short transaction of its own as the reader, after the request's: none waits
for a slow client. Rows come in the order of their keys, so one that is added or removed
meanwhile moves no other in or out.
"""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import structlog
from django.utils import timezone

from catalog.records import AUTHORS_COLUMN, WORK_SOURCE, seen
from config.row_security import acting_as
from config.spreadsheet import escape, join_names
from config.statements import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from config.row_security import Actor

    Batches = Iterable[list[dict[str, Any]]]

_log = structlog.get_logger(__name__)

BATCH = 500
VERSION = 1
WORK_FIELDS = (
    "work_id",
    "openlibrary_id",
    "title",
    "authors",
    "isbn13",
    "publish_year",
    "first_publish_year",
    "language",
    "status",
    "available_in_legimi",
    "legimi_checked_at",
    "rating",
    "status_updated_at",
    "created_at",
    "updated_at",
)
AUTHOR_FIELDS = ("id", "openlibrary_id", "name", "created_at")
CSV_FIELDS = ("kind", *WORK_FIELDS[:4], "author_ids", *WORK_FIELDS[4:])

_WORKS = f"""
    SELECT w.id, w.openlibrary_id, w.title, {AUTHORS_COLUMN},
        e.isbn13, found.publish_year, w.first_publish_year, e.language, found.status,
        found.available_in_legimi, found.legimi_checked_at,
        coalesce(r.score, found.rating)::float8,
        found.status_updated_at, found.created_at, found.updated_at
    FROM (
        SELECT * FROM user_works WHERE user_id = %(reader)s AND work_id > %(after)s
        ORDER BY work_id LIMIT %(size)s
    ) found {WORK_SOURCE}
    LEFT JOIN ratings r ON r.work_id = w.id AND r.user_id = %(reader)s
    ORDER BY found.work_id
"""  # noqa: S608  (of constants alone)
_AUTHORS = f"""
    SELECT a.id, a.openlibrary_id, a.name, found.created_at
    FROM user_authors found JOIN authors a ON a.id = found.author_id AND {seen("a")}
    WHERE found.user_id = %(reader)s AND found.author_id > %(after)s
    ORDER BY found.author_id LIMIT %(size)s
"""  # noqa: S608


def as_json(actor: Actor) -> Iterator[bytes]:
    """Write `{format, version, exported_at, authors: [...], works: [...]}`, in parts."""
    head = {"format": "bookhub-library", "version": VERSION, "exported_at": timezone.now()}
    yield _json(head)[:-1] + b',"authors":['
    yield from _with_commas(authors(actor))
    yield b'],"works":['
    yield from _with_commas(works(actor))
    yield b"]}\n"


def as_csv(actor: Actor) -> Iterator[bytes]:
    """Write a header and a line for each row, `kind` being `author` or `work`, in parts.

    A followed author's line has the name in `authors` and the id in `author_ids`. Excel takes a
    file for UTF-8, Polish letters and all, only where it begins with a byte order mark.
    """
    yield "\ufeff".encode() + _lines([dict(zip(CSV_FIELDS, CSV_FIELDS, strict=True))])
    for batch in authors(actor):
        yield _lines([_author_line(author) for author in batch])
    for batch in works(actor):
        yield _lines([_work_line(work) for work in batch])


def whole_or_cut(parts: Iterator[bytes], request_id: str | None) -> Iterator[bytes]:
    """Pass the parts on; an error is logged and cuts the answer off before its proper end.

    The status has been sent by then, so the server closes the connection without the last chunk,
    which every client reports as a broken download. The log's context ended with the view, so the
    request's id is given along.
    """
    try:
        yield from parts
    except Exception:
        _log.exception("export_cut_off", request_id=request_id)
        raise


def works(actor: Actor) -> Batches:
    """Give the shelf's rows as dicts of WORK_FIELDS, `authors` being [{id, name}]."""
    for batch in _batches(_WORKS, actor):
        found = [dict(zip(WORK_FIELDS, row, strict=True)) for row in batch]
        yield [work | {"authors": orjson.loads(work["authors"] or "[]")} for work in found]


def authors(actor: Actor) -> Batches:
    """Give the followed authors as dicts of AUTHOR_FIELDS."""
    for batch in _batches(_AUTHORS, actor):
        yield [dict(zip(AUTHOR_FIELDS, row, strict=True)) for row in batch]


def _batches(sql: str, actor: Actor) -> Iterator[list[tuple[Any, ...]]]:
    """Read on after the key of the last row, which is its first column."""
    after = UUID(int=0)
    while True:
        with acting_as(actor):
            found = rows(sql, {"reader": actor.user_id, "after": after, "size": BATCH})
        yield found
        if len(found) < BATCH:
            return
        after = found[-1][0]


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def _with_commas(batches: Batches) -> Iterator[bytes]:
    comma = b""
    for batch in batches:
        for item in batch:
            yield comma + _json(item)
            comma = b","


def _lines(items: list[dict[str, Any]]) -> bytes:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, CSV_FIELDS)
    writer.writerows({name: _cell(value) for name, value in item.items()} for item in items)
    return text.getvalue().encode()


def _author_line(author: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "author",
        "openlibrary_id": author["openlibrary_id"],
        "authors": join_names([author["name"]]),
        "author_ids": author["id"],
        "created_at": author["created_at"],
    }


def _work_line(work: dict[str, Any]) -> dict[str, Any]:
    names, ids = ([author[key] for author in work["authors"]] for key in ("name", "id"))
    return work | {"kind": "work", "authors": join_names(names), "author_ids": ";".join(ids)}


def _cell(value: Any) -> Any:
    """Write texts so that no spreadsheet runs them, times and truth values as in JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return escape(value) if isinstance(value, str) else value


WRITERS: dict[str, tuple[Callable[[Actor], Iterator[bytes]], str]] = {
    "json": (as_json, "application/json"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
}
"""By format: what writes it, and its media type."""

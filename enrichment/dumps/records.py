"""Records of the usual shapes, from their JSON to rows: what nearly all lines of a dump go through.

Each reader gives the rows that `odd_records` gives for the same record, or refuses it likewise, or
raises ODD where it is not sure of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.openlibrary_keys import row_hexes
from enrichment.dumps import isbns, rows
from enrichment.dumps.columns import (
    NONE,
    PUBLISHED,
    YEARS,
    cover,
    first_language,
    name_column,
    title_column,
)
from enrichment.dumps.kinds import Kind
from enrichment.dumps.reasons import Reason, RefusedError
from enrichment.dumps.shapes import decode_author, decode_edition, decode_work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from enrichment.dumps.rows import Rows
    from enrichment.dumps.shapes import Edition, Role

    Reader = Callable[[bytes, int], Rows]

# Of another shape, no JSON, or nested too deeply to be decoded.
ODD = (ValueError, RecursionError)

AUTHORS, WORKS, BOOKS = "/authors/", "/works/", "/books/"

_author_row_id = row_hexes("A", AUTHORS)
_work_row_id = row_hexes("W", WORKS)
_edition_row_id = row_hexes("M", BOOKS)


def author(record: bytes, line: int) -> Rows:
    found = decode_author(record)
    key, name = found.key, name_column(found.name)
    if not name:
        raise ValueError("Another field may have a name that shows something.")
    return rows.author(line, _author_row_id(key), key[len(AUTHORS) :], name)


def work(record: bytes, line: int) -> Rows:
    found = decode_work(record)
    key, title = found.key, title_column(found.title)
    if not title:
        raise ValueError("The title shows nothing.")
    rest = f"{title}\t{YEARS[found.first_publish_date]}"
    return rows.work(line, _work_row_id(key), key[len(WORKS) :], rest, _authors(found.authors))


def edition(record: bytes, line: int) -> Rows:
    found = decode_edition(record)
    key, title = found.key, title_column(found.title)
    if not title:
        raise ValueError("The title shows nothing.")
    row_id = _edition_row_id(key)
    if not found.works:
        raise RefusedError(Reason.NO_WORK)
    published = PUBLISHED[found.publish_date]
    image = cover(found.covers) if found.covers else NONE
    rest = f"{_work_row_id(found.works[0].key)}\t{title}\t{published}\t{image}\t{_language(found)}"
    numbers = isbns.read(found.isbn_13, found.isbn_10)
    return rows.edition(line, row_id, key[len(BOOKS) :], rest, numbers)


def unusual(_record: bytes, _line: int) -> Rows:
    """Leave a kind that is rare in any shape to the long way."""
    raise ValueError("There is no usual shape of this kind.")


READERS: dict[Kind, Reader] = {
    Kind.AUTHORS: author,
    Kind.WORKS: work,
    Kind.EDITIONS: edition,
    Kind.REDIRECTS: unusual,
    Kind.DELETES: unusual,
}


def _authors(roles: list[Role]) -> Sequence[str]:
    """Give the row ids of a work's authors, each once."""
    if len(roles) == 1:
        return (_author_row_id(roles[0].author.key),)
    return tuple(dict.fromkeys([_author_row_id(role.author.key) for role in roles]))


def _language(found: Edition) -> str:
    if isinstance(found.language, list):
        return first_language(found.languages + found.language)
    return first_language(found.languages)

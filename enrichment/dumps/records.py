"""Records of the usual shapes, from their JSON to rows: what nearly all lines of a dump go through.

Each reader gives the rows that `odd_records` gives for the same record, or refuses it likewise, or
raises ODD where it is not sure of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.openlibrary_keys import NUMBERS
from enrichment.dumps import columns, isbns, rows
from enrichment.dumps.kinds import Kind
from enrichment.dumps.reasons import Reason, RefusedError
from enrichment.dumps.shapes import decode_author, decode_edition, decode_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from enrichment.dumps.rows import Rows
    from enrichment.dumps.shapes import Edition, Role

    Reader = Callable[[bytes, int], Rows]

# Of another shape, no JSON, or nested too deeply to be decoded.
ODD = (ValueError, RecursionError)


def author(record: bytes, line: int) -> Rows:
    found = decode_author(record)
    name = columns.name(found.name)
    return rows.author(line, _number(found.key, "/authors/OL", "A"), _shown(name))


def work(record: bytes, line: int) -> Rows:
    found = decode_work(record)
    return rows.work(
        line,
        _number(found.key, "/works/OL", "W"),
        _shown(columns.title(found.title)),
        columns.year(found.first_publish_date),
        _authors(found.authors),
    )


def edition(record: bytes, line: int) -> Rows:
    found = decode_edition(record)
    number, title = _number(found.key, "/books/OL", "M"), _shown(columns.title(found.title))
    if not found.works:
        raise RefusedError(Reason.NO_WORK)
    return rows.edition(
        line,
        number,
        _number(found.works[0].key, "/works/OL", "W"),
        f"{title}\t{columns.published(found.publish_date)}\t{_cover_and_language(found)}",
        isbns.read(found.isbn_13, found.isbn_10),
    )


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


def _number(key: str, start: str, letter: str) -> int:
    """Read the number of a key in its usual form; ValueError for any other."""
    number = int(key[len(start) : -1])
    if key != f"{start}{number}{letter}" or number not in NUMBERS:
        raise ValueError("The key is of an unusual form.")
    return number


def _shown(text: str) -> str:
    """Give a text back; where it shows nothing, another field may have one."""
    if not text:
        raise ValueError("The text shows nothing.")
    return text


def _authors(roles: list[Role]) -> Iterable[int]:
    numbers = [_number(role.author.key, "/authors/OL", "A") for role in roles]
    return numbers if len(numbers) < 2 else dict.fromkeys(numbers)  # noqa: PLR2004


def _cover_and_language(found: Edition) -> str:
    spoken = found.languages
    if isinstance(found.language, list):
        spoken = spoken + found.language
    return f"{columns.cover(found.covers)}\t{columns.first_language(spoken)}"

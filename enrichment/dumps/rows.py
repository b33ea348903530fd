"""Rows of the staging tables in COPY's text format, from values that are columns already.

What a record becomes is two texts: a row of its own table, and any number in the table beside it.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from catalog.openlibrary_keys import row_hexes

if TYPE_CHECKING:
    from collections.abc import Sequence

    Rows = tuple[str, str]

MOST = 1 << 15
"""What a position's column can hold; no record that anybody made has as many authors or ISBNs."""

author_row_id = row_hexes("A")
work_row_id = row_hexes("W")
edition_row_id = row_hexes("M")


def author(line: int, row_id: str, openlibrary_id: str, name: str) -> Rows:
    return f"{line}\t{row_id}\t{openlibrary_id}\t{name}\n", ""


def work(line: int, row_id: str, openlibrary_id: str, rest: str, authors: Sequence[str]) -> Rows:
    """`rest` are the columns behind the key, `authors` row ids."""
    own = f"{line}\t{row_id}\t{openlibrary_id}\t{rest}\n"
    return own, _numbered(row_id, authors) if authors else ""


def edition(line: int, row_id: str, openlibrary_id: str, rest: str, isbns: Sequence[str]) -> Rows:
    """`rest` are the columns behind the key."""
    own = f"{line}\t{row_id}\t{openlibrary_id}\t{rest}\n"
    return own, _numbered(row_id, isbns) if isbns else ""


def _numbered(row_id: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"{row_id}\t{values[0]}\t0\n"
    return "".join(
        [f"{row_id}\t{value}\t{position}\n" for position, value in enumerate(islice(values, MOST))]
    )

"""Rows of the staging tables in COPY's text format, from values that are columns already."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from catalog.openlibrary_keys import row_hex

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 1 << 15
"""What a position's column can hold; no record that anybody made has as many authors or ISBNs."""


class Rows(NamedTuple):
    """What a record becomes: a row of its own table, and any number in the table beside it."""

    own: str
    beside: str = ""


def author(line: int, number: int, name: str) -> Rows:
    return Rows(f"{line}\t{row_hex('A', number)}\tOL{number}A\t{name}\n")


def work(line: int, number: int, title: str, year: str, authors: Iterable[int]) -> Rows:
    row_id = row_hex("W", number)
    return Rows(
        f"{line}\t{row_id}\tOL{number}W\t{title}\t{year}\n",
        "".join(
            [
                f"{row_id}\t{row_hex('A', author)}\t{position}\n"
                for position, author in enumerate(islice(authors, MOST))
            ]
        ),
    )


def edition(line: int, number: int, work: int, rest: str, isbns: Iterable[str]) -> Rows:
    """`rest` are the columns from the title to the language."""
    row_id = row_hex("M", number)
    return Rows(
        f"{line}\t{row_id}\tOL{number}M\t{row_hex('W', work)}\t{rest}\n",
        "".join([f"{row_id}\t{isbn}\t{at}\n" for at, isbn in enumerate(islice(isbns, MOST))]),
    )

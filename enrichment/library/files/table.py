"""A text with a header and rows under it, of a kind that its columns tell."""

from __future__ import annotations

import csv
import itertools
import re
from typing import TYPE_CHECKING

from enrichment.library.files import goodreads
from enrichment.library.files.cells import Record, shown
from enrichment.library.files.lines import NOT_CSV, Lines
from enrichment.library.files.registry import KINDS, KNOWN
from enrichment.library.records import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DELIMITERS = ",\t;"
"""Spreadsheets of many countries write semicolons."""
MOST_COLUMNS_TOLD = 12
_LONGEST_HEADER = 20_000
_BLANK_LINES = 100
_TOLD_DELIMITER = re.compile(r"\Asep=.\n")
"""What a spreadsheet wants to find above the header."""


class Table:
    """The records of a file, as often as they are asked for; the header is none, wherever it is."""

    def __init__(self, text: str, kind: str, delimiter: str, columns: Sequence[str]) -> None:
        self.kind = kind
        self.columns: dict[str, str] = {}
        """The columns as the file names them, by their folded names."""
        self._text, self._delimiter = text, delimiter
        self._header = [_folded(column) for column in columns]
        self._names: list[str] = []
        for name, column in zip(self._header, columns, strict=True):
            # Of two columns with one name the first counts.
            self._names.append("" if name in self.columns else name)
            self.columns.setdefault(name, column.strip())

    def __iter__(self) -> Iterator[Record]:
        for line, cells in Lines(self._text, self._delimiter, len(self._header)):
            if isinstance(cells, str):
                yield Record(line, {"title": cells}, problem=NOT_CSV)
            elif [_folded(cell) for cell in cells[:2]] != self._header[:2]:
                yield self._record(line, cells)

    def _record(self, line: int, cells: list[str]) -> Record:
        values = dict(zip(self._names, cells, strict=False))
        given, width = len(cells), len(self._names)
        if given == width:
            return Record(line, values)
        is_blank_beyond = not any(map(str.strip, cells[width:]))
        is_worth_telling = given < width or not is_blank_beyond
        note = f"The row has {given} cells, where the header has {width}."
        return Record(line, values, note if is_worth_telling else "", is_too_wide=given > width)


def opened(text: str) -> Table:
    """Find out the kind, the delimiter and the columns; ExportError where they are not known."""
    text = _TOLD_DELIMITER.sub("\n", text)
    beginning = text.lstrip("\n").split("\n", _BLANK_LINES)[:_BLANK_LINES]
    first = next((line for line in beginning if line.strip()), "")[:_LONGEST_HEADER]
    headers = {delimiter: _cells(first, delimiter) for delimiter in DELIMITERS}
    table = _with_header(text, headers) or _without_header(text)
    if table is None:
        raise ExportError(_unknown(max(headers.values(), key=len)))
    return table


def _with_header(text: str, headers: dict[str, list[str]]) -> Table | None:
    """Take the kind of which the most columns are there."""
    found: list[tuple[int, str, str]] = []
    for delimiter, header in headers.items():
        names = {_folded(name) for name in header}
        for key, kind in KINDS.items():
            if kind.is_marked_by(names):
                found.append((len(kind.kept & names), key, delimiter))
    if not found:
        return None
    _, key, delimiter = max(found)
    return Table(text, key, delimiter, headers[delimiter])


def _without_header(text: str) -> Table | None:
    """Take a file of Goodreads' that begins with a book at once."""
    for delimiter, columns in itertools.product(DELIMITERS, goodreads.LAYOUTS):
        _, cells = next(iter(Lines(text, delimiter, len(columns))), (0, ""))
        if isinstance(cells, list) and goodreads.is_book(cells, columns):
            return Table(text, "goodreads", delimiter, columns)
    return None


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _unknown(columns: list[str]) -> str:
    told = ", ".join(f'"{shown(column)}"' for column in columns[:MOST_COLUMNS_TOLD])
    more = len(columns) - MOST_COLUMNS_TOLD
    also = f" and {more} more" if more > 0 else ""
    return f"This is no export that is known here. {KNOWN} The columns of this file: {told}{also}."

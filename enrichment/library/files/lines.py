"""The records of a text with cells between delimiters, some of them written badly."""

from __future__ import annotations

import csv
import io
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from enrichment.library.records import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_CELL = 100_000
LONGEST_RECORD = 300_000
"""Characters."""
MOST_READ_AGAIN = 5_000_000
"""Characters that may be read twice, because an open quote had swallowed them."""
NOT_CSV = (
    "The row cannot be taken apart: a quote is left open,"
    f" or a cell is longer than {LONGEST_CELL:,} characters."
)
_TOLD = 200
"""Characters of a record that is no CSV, so that its reader knows it."""
_NEXT = "the next record"
"""Stands behind a record that is tried: an open quote would swallow it."""


class _Lines:
    """Feeds the parser, remembers the lines of the record under way, and takes lines back."""

    def __init__(self, text: str) -> None:
        self._unread = io.StringIO(text)
        self._again: deque[str] = deque()
        self.read = 0
        """Lines so far."""
        self.record: list[str] = []
        self._size = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._unread.readline()
        if not line:
            raise StopIteration
        self.record.append(line)
        self.read += 1
        self._size += len(line)
        if self._size > LONGEST_RECORD:
            raise csv.Error("the record is too long")
        return line

    def begin_record(self) -> None:
        self.record, self._size = [], 0

    def keep(self, count: int) -> int:
        """Give back all lines of the record but the first ones, and say how much that is."""
        back = self.record[count:]
        self._again.extendleft(reversed(back))
        self.read -= len(back)
        del self.record[count:]
        self._size = sum(map(len, self.record))
        return sum(map(len, back))


class Lines:
    """Gives `(line, cells)` of each record that is not blank; of one that is no CSV, its text.

    Of a record that an open quote made too long its first line alone is refused, and what follows
    is read anew. Raises ExportError where too much would have to be.
    """

    def __init__(self, text: str, delimiter: str, width: int) -> None:
        self._lines = _Lines(text)
        self._delimiter, self._width = delimiter, width
        # The limit of the module is everybody's, and lies above LONGEST_CELL by default: what it
        # refuses, is refused below as well.
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        self._lenient_reader = csv.reader(self._lines, delimiter=delimiter)
        self._read_again = 0

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        while True:
            self._lines.begin_record()
            try:
                cells = self._record()
            except StopIteration:
                return
            line = self._lines.read - len(self._lines.record) + 1
            if cells is None or max(map(len, cells), default=0) > LONGEST_CELL:
                yield line, self._lines.record[0][:_TOLD].rstrip()
            elif any(map(str.strip, cells)):
                yield line, cells

    def _record(self) -> list[str] | None:
        cells = self._line_of_tabs() if self._delimiter == "\t" else None
        if cells is not None:
            return cells
        with suppress(csv.Error):
            cells = next(self._reader)
        if cells is not None and (len(cells) == self._width or len(self._lines.record) == 1):
            return cells
        mended = self._mended()
        if mended is None and (cells is None or self._has_swallowed()):
            self._keep(1)
            return None
        return mended or cells

    def _line_of_tabs(self) -> list[str] | None:
        """Read a line that has the right number of tabs: a quote there is mostly just a quote."""
        with suppress(csv.Error):
            cells = next(self._lines).rstrip("\n").split("\t")
            if len(cells) == self._width:
                return [_unquoted(cell) for cell in cells]
        self._lines.keep(0)
        return None

    def _mended(self) -> list[str] | None:
        if len(self._lines.record[0]) > LONGEST_RECORD:
            return None
        return self._first_alone() or self._all_lenient()

    def _first_alone(self) -> list[str] | None:
        lenient = self._lenient(1)
        return lenient or self._lenient(1, quoting=csv.QUOTE_NONE)

    def _all_lenient(self) -> list[str] | None:
        """Read as many lines as the record has when quotes in the middle of a cell mean nothing."""
        self._keep(0)
        with suppress(csv.Error):
            next(self._lenient_reader)
        return None if self._has_swallowed() else self._lenient(len(self._lines.record))

    def _has_swallowed(self) -> bool:
        """Say whether a line in the record is a whole row by itself: a quote was left open."""
        return any(self._cells([line]) for line in self._lines.record[1:])

    def _lenient(self, count: int, **options: Any) -> list[str] | None:
        """Read so many lines as one record, and give the others back, if its width is right."""
        cells = self._cells(self._lines.record[:count], **options)
        if cells:
            self._keep(count)
        return cells

    def _cells(self, lines: list[str], **options: Any) -> list[str] | None:
        with suppress(csv.Error):
            found = list(csv.reader([*lines, _NEXT], delimiter=self._delimiter, **options))
            if [len(cells) for cells in found] == [self._width, 1]:
                return found[0]
        return None

    def _keep(self, count: int) -> None:
        self._read_again += self._lines.keep(count)
        if self._read_again > MOST_READ_AGAIN:
            line = self._lines.read + 1
            raise ExportError(f"This is no valid CSV: quotes are left open (line {line}).")


def _unquoted(cell: str) -> str:
    if len(cell) < len('""') or not (cell.startswith('"') and cell.endswith('"')):
        return cell
    inner = cell[1:-1]
    return cell if '"' in inner.replace('""', "") else inner.replace('""', '"')

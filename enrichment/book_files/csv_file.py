"""Publishers' books as CSV: a header that names the API's fields, then a row a book."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from enrichment.book_files.rows import FIELDS, REQUIRED, Detail, FileError, Row, Warn
from enrichment.book_files.source import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from enrichment.book_files.source import Line, Source

DELIMITERS = ",;\t"
SEPARATOR = ";"
"""Between several genres or covers in one cell."""
TOLD = ("line", "reason")
"""The columns that a file of refusals has on top; reading it again, they are passed over."""
_BY_FOLDED_NAME = {name.casefold(): name for name in FIELDS}
# A spreadsheet takes such a cell for a formula, and who opens refusals is not who wrote them.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?")

csv.field_size_limit(LONGEST_LINE)


class _Lines:
    """Feeds the parser, remembers the lines of the record under way, and takes lines back."""

    def __init__(self, source: Source) -> None:
        self._source = iter(source)
        self._again: deque[Line] = deque()
        self.record: list[Line] = []
        self.size = 0
        """Bytes of the record."""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.record.append(line)
        self.size += line.size
        if line.text is None or self.size > LONGEST_LINE:
            raise csv.Error(f"longer than {LONGEST_LINE:,} bytes")
        return line.text

    def begin_record(self) -> None:
        self.record, self.size = [], 0

    def keep_first(self) -> None:
        """Give back all lines of the record but its first."""
        self._again.extendleft(reversed(self.record[1:]))
        del self.record[1:]


class CsvFile:
    """Takes a file of refusals again, too: `line` and `reason` are passed over."""

    endings: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt")

    def __init__(self, source: Source, warn: Warn) -> None:
        self._lines = _Lines(source)
        self._delimiter, header = self._read_header()
        folded = [name.strip().casefold() for name in header]
        self._is_refusals = set(TOLD) <= set(folded)
        self._columns = [_BY_FOLDED_NAME.get(name) for name in folded]
        """The field in each column; None where there is none."""
        self._told = {folded.index(name) for name in TOLD} if self._is_refusals else set()
        self._header = header
        self._refuse_bad_header()
        self._warn_of_unknown(warn)
        self._reader = csv.reader(
            self._lines, delimiter=self._delimiter, strict=True, skipinitialspace=True
        )

    def _read_header(self) -> tuple[str, list[str]]:
        """Read the first line with the delimiter that brings the most known names to light."""
        try:
            text = next(self._lines)
            parsed = {
                delimiter: next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
                for delimiter in DELIMITERS
            }
        except StopIteration as exc:
            raise FileError("There is no header row: the file is empty.") from exc
        except csv.Error as exc:
            raise FileError(f"There is no header row: {_why(exc)}.") from exc
        best = max(parsed, key=lambda delimiter: _known_names(parsed[delimiter]))
        return best, parsed[best]

    def _refuse_bad_header(self) -> None:
        missing = [name for name in REQUIRED if name not in self._columns]
        if missing:
            raise FileError(
                f"The header row names no {', '.join(missing)}."
                f" Needed: {', '.join(REQUIRED)}; allowed: {', '.join(FIELDS[len(REQUIRED) :])}."
            )
        twice = sorted({name for name in self._columns if name and self._columns.count(name) > 1})
        if twice:
            raise FileError(f"The header row names {', '.join(twice)} more than once.")

    def _warn_of_unknown(self, warn: Warn) -> None:
        unknown = [
            self._header[index].strip() or f"(column {index + 1}, without a name)"
            for index, name in enumerate(self._columns)
            if name is None and index not in self._told
        ]
        if unknown:
            warn(f"No field of a book, left out: {', '.join(unknown)}.")

    @staticmethod
    def recognises(head: bytes) -> bool:
        """Any text may be CSV, so nothing is for certain."""
        del head
        return False

    def __iter__(self) -> Iterator[Row]:
        while True:
            self._lines.begin_record()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as exc:
                yield self._unreadable(exc)
                continue
            if any(cell.strip() for cell in cells):
                yield self._row(cells)

    def _unreadable(self, exc: csv.Error) -> Row:
        """Refuse the record's first line; a missing quote there must not swallow the others."""
        self._lines.keep_first()
        line = self._lines.record[0]
        return Row(line.number, None, [line.text or ""], line.size, f"Not valid CSV: {_why(exc)}.")

    def _row(self, cells: list[str]) -> Row:
        line, size = self._lines.record[0].number, self._lines.size
        problem = None
        if len(cells) != len(self._columns):
            problem = f"{len(cells)} cells, where the header has {len(self._columns)}."
        if self._is_refusals:
            cells = [cell[1:] if _GUARDED.match(cell) else cell for cell in cells]
        original = [cell for index, cell in enumerate(cells) if index not in self._told]
        return Row(line, None if problem else self._book(cells), original, size, problem)

    def _book(self, cells: list[str]) -> dict[str, Any]:
        named = zip(self._columns, cells, strict=True)
        return {
            name: _VALUES.get(name, str)(cell)
            for name, cell in named
            if name and (cell.strip() or name in REQUIRED)
        }

    def refusals_begin(self) -> str:
        names = [name for index, name in enumerate(self._header) if index not in self._told]
        return self._written([*TOLD, *map(_guarded, names)])

    def refusal(self, row: Row, details: Sequence[Detail]) -> str:
        """Give the row as it came, behind its line and what is wrong with it.

        A cell that a spreadsheet would compute gets an apostrophe, which is taken off again when
        the file is read.
        """
        reason = " | ".join(f"{detail['field']}: {detail['message']}" for detail in details)
        return self._written([str(row.line), reason, *map(_guarded, row.original)])

    def _written(self, cells: Sequence[str]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self._delimiter, lineterminator="\n").writerow(cells)
        return text.getvalue()


def _known_names(header: Sequence[str]) -> int:
    return sum(name.strip().casefold() in _BY_FOLDED_NAME for name in header)


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _why(exc: csv.Error) -> str:
    """Tell of a lone carriage return what its sender can do, not what a programmer can."""
    text = str(exc)
    return "a line ends with a carriage return alone" if text.startswith("new-line") else text


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(SEPARATOR) if part.strip()]


def _number(cell: str) -> Decimal | str:
    """Read a decimal; what is none stays text, which validation refuses."""
    text = cell.strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else text


_VALUES: dict[str, Callable[[str], Any]] = {
    "price": _number,
    "genres": _several,
    "coverImages": _several,
}

"""Files of other services, told apart by their columns and read into rows (docs/library-import.md).

`decoding` gives a text, `table` and `librarything_json` its records, `cells` the values of one, and
a module a service what its columns mean.
"""

from __future__ import annotations

from dataclasses import replace
from typing import IO, TYPE_CHECKING

from enrichment.library.files import librarything_json, other_formats, table
from enrichment.library.files.cells import Cells, Record, shown
from enrichment.library.files.decoding import decoded
from enrichment.library.files.registry import KINDS
from enrichment.library.records import Export, ExportError, LibraryRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from enrichment.library.files.librarything_json import JsonBooks
    from enrichment.library.files.table import Table

    Source = Table | JsonBooks

__all__ = ["KINDS", "LARGEST", "MOST_ROWS", "read"]

LARGEST = 20 * 1024 * 1024
"""Bytes."""
MOST_ROWS = 50_000


def read(file: IO[bytes], name: str) -> Export:
    """Read a reader's file; its name says nothing but which file an error is about.

    Raises ExportError, and only here: the file is gone through once, so its rows can all be read.
    """
    try:
        return _export(file)
    except ExportError as exc:
        raise ExportError(f"{shown(name)}: {exc}" if name else str(exc)) from exc


def _export(file: IO[bytes]) -> Export:
    raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ExportError(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
    other_formats.refuse(raw)
    text, encoding = decoded(raw)
    opened = librarything_json.opened if text.lstrip().startswith("{") else table.opened
    source = opened(text)
    return Export(source.kind, encoding, _left_out(source), _rows(source))


def _left_out(source: Source) -> tuple[str, ...]:
    """Name the columns with values that are not kept; ExportError for too many rows."""
    kept, used = KINDS[source.kind].kept | {"book id"}, {""}
    for count, record in enumerate(source, 1):
        if count > MOST_ROWS:
            raise ExportError(f"The file has more than {MOST_ROWS:,} rows: send it in parts.")
        for name in record.values.keys() - kept - used:
            if record.values[name].strip(' ="'):
                used.add(name)
    return tuple(column for name, column in source.columns.items() if name in used and column)


def _rows(source: Source) -> Iterator[LibraryRow]:
    read_row = KINDS[source.kind].row
    return (_row(record, read_row) for record in source)


def _row(record: Record, read_row: Callable[[Cells], LibraryRow]) -> LibraryRow:
    """Read a record, and say what is wrong with it.

    Where there are cells too many, some may stand under the wrong name. The row is taken when each
    of the others says what its column is for.
    """
    cells = Cells(record)
    row = read_row(cells)
    problem = record.problem or cells.problem or _without_book(row)
    if record.is_too_wide and cells.misfit and not problem:
        problem = f"The row has too many cells, some in the wrong columns. {cells.misfit}"
    notes = (*cells.notes, record.note) if record.note else tuple(cells.notes)
    return replace(row, notes=notes, problem=problem) if notes or problem else row


def _without_book(row: LibraryRow) -> str | None:
    if row.title or row.isbns or row.openlibrary_work or row.openlibrary_edition:
        return None
    return "The row names no book: it has no title."

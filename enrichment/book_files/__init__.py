"""Publishers' files of books. A further format is a class like these and a line in FORMATS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.book_files.csv_file import CsvFile
from enrichment.book_files.json_lines import JsonLines
from enrichment.book_files.marc.records import MarcFile
from enrichment.book_files.marc.xml import MarcXmlFile
from enrichment.book_files.onix.message import OnixFile
from enrichment.book_files.rows import FileError

if TYPE_CHECKING:
    from enrichment.book_files.rows import BookFile
    from enrichment.book_files.source import Source

FORMATS: dict[str, type[BookFile]] = {
    "csv": CsvFile,
    "jsonl": JsonLines,
    "onix": OnixFile,
    "marc": MarcFile,
    "marcxml": MarcXmlFile,
}
ZIP = b"PK\x03\x04"
"""How an archive begins, and with it every .xlsx and .ods."""


def guess_format(name: str) -> str | None:
    """Guess a file's format from the ending of its name, with or without ".gz"."""
    plain = name.casefold().removesuffix(".gz")
    return next((key for key, kind in FORMATS.items() if plain.endswith(kind.endings)), None)


def recognise(source: Source, name: str) -> str | None:
    """Tell a file's format by its name, else by how it begins; None where neither tells.

    Raises FileError where not even the beginning can be read, and for a workbook or an archive,
    which people take for what is in it.
    """
    if source.head().startswith(ZIP):
        raise FileError("This is a ZIP archive or an Excel workbook. Unpack it, or save it as CSV.")
    return guess_format(name) or next(
        (key for key, kind in FORMATS.items() if kind.recognises(source.head())), None
    )

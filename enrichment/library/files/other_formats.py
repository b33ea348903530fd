"""Files that people send by mistake, told by their first bytes."""

from __future__ import annotations

from enrichment.library.records import ExportError

_WORKBOOK = "This is a workbook of a spreadsheet: open it there and save it as CSV (UTF-8)."
_BEGINNINGS = (
    (b"\xd0\xcf\x11\xe0", _WORKBOOK),
    (b"%PDF", "This is a PDF: export the library as CSV instead."),
    (b"\x1f\x8b", "This file is compressed (gzip): unpack it and send the CSV in it."),
    (b"7z\xbc\xaf", "This file is compressed (7z): unpack it and send the CSV in it."),
    (b"Rar!", "This file is compressed (RAR): unpack it and send the CSV in it."),
    (
        b"SQLite format 3\0",
        "This is a database (SQLite). In Calibre, create a catalog of the library as CSV instead.",
    ),
)
_SEEN = 4096
"""Bytes at the beginning that are looked at."""
_ZIP = b"PK\x03\x04"
_IN_WORKBOOKS = (b"[Content_Types].xml", b"xl/", b"application/vnd.oasis.opendocument.spreadsheet")
_PAGES = (b"<!doctype", b"<html", b"<?xml")


def refuse(raw: bytes) -> None:
    """Raise ExportError for what is no text file of a library, with what to do instead."""
    if not raw.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ExportError("The file is empty.")
    for beginning, told in _BEGINNINGS:
        if raw.startswith(beginning):
            raise ExportError(told)
    if raw.startswith(_ZIP):
        if any(name in raw[:_SEEN] for name in _IN_WORKBOOKS):
            raise ExportError(_WORKBOOK)
        raise ExportError("This file is compressed (ZIP): unpack it and send the CSV in it.")
    if raw[:_SEEN].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        raise ExportError("This is a web page or XML: download the export itself, a CSV file.")

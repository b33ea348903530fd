"""How a file begins: enough to say what it is, to show some rows, and to refuse one that is none.

No more than the first bytes are looked at, packed or not, so neither a large file nor one that
unpacks to a thousand times its size costs a request much.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, TYPE_CHECKING

from enrichment.book_files import FORMATS, recognise
from enrichment.book_files.rows import FileError
from enrichment.book_files.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enrichment.book_files.rows import Row

AT_THE_DOOR, FOR_A_PREVIEW = 256 * 1024, 2 * 1024 * 1024
"""Bytes; a book has a thousand or two, and in ONIX ten thousand."""
EMPTY = "There is no book in it."
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
"""What zlib wants to hear for gzip (https://www.zlib.net/manual.html#Advanced, inflateInit2)."""


@dataclass(slots=True)
class Beginning:
    """The first rows; `is_whole` when the file has no others."""

    format: str
    is_whole: bool
    rows: list[Row] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read(file: IO[bytes], *, size: int, name: str, format_name: str | None, most: int) -> Beginning:
    """Read the first `most` rows out of a file's first `size` bytes.

    Raises FileError when they cannot be read, or are none.
    """
    content, is_whole = _unpacked(file.read(size), size)
    begins = Beginning(format_name or _recognised(content, name), is_whole)
    try:
        for row in islice(_rows(content, begins), most + 1):
            begins.rows.append(row)
    except FileError:
        # Where the beginning ends, the file need not.
        if is_whole or not begins.rows:
            raise
    _cut(begins, most)
    _refuse_hopeless(begins)
    return begins


def _unpacked(raw: bytes, size: int) -> tuple[bytes, bool]:
    if not raw.startswith(_GZIP):
        return raw, len(raw) < size
    unpacking = zlib.decompressobj(_GZIP_WINDOW)
    try:
        content = unpacking.decompress(raw, size)
    except zlib.error as exc:
        raise FileError(f"The file cannot be read: {exc}.") from exc
    return content, unpacking.eof and not unpacking.unused_data


def _recognised(content: bytes, name: str) -> str:
    found = recognise(Source(io.BytesIO(content)), name)
    if found is None:
        raise FileError(
            "Neither its name nor how it begins tells what the file is. Say it in `format`:"
            f" {', '.join(FORMATS)}."
        )
    return found


def _rows(content: bytes, begins: Beginning) -> Iterator[Row]:
    source = Source(io.BytesIO(content))
    return iter(FORMATS[begins.format](source, begins.warnings.append))


def _cut(begins: Beginning, most: int) -> None:
    """Keep `most` rows, and none that is cut through where the beginning ends."""
    if len(begins.rows) > most:
        begins.is_whole = False
        del begins.rows[most:]
    elif not begins.is_whole:
        del begins.rows[-1:]


def _refuse_hopeless(begins: Beginning) -> None:
    """Raise FileError where no row can be read: the file is something else, most likely."""
    if begins.is_whole and not begins.rows:
        raise FileError(EMPTY)
    if begins.rows and all(row.problem for row in begins.rows):
        first = begins.rows[0]
        raise FileError(f"No row of it can be read. Line {first.line}: {first.problem}")

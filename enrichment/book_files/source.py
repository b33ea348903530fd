"""The bytes of a publisher's file as lines of text: plain or gzip, a file or standard input."""

from __future__ import annotations

import gzip
import os
import stat
import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from enrichment.book_files.rows import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD_INPUT = "-"
LONGEST_LINE = 2 * 1024 * 1024
"""Bytes. The API takes bodies of 1 MiB; twice that leaves room for quoting."""
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """`text` keeps its line break; it is None for a line that is longer than LONGEST_LINE."""

    number: int
    text: str | None
    size: int


class Source:
    """Lines of UTF-8, one after the other, whatever the file's size."""

    def __init__(self, raw: IO[bytes]) -> None:
        status = os.fstat(raw.fileno())
        self.size = status.st_size if stat.S_ISREG(status.st_mode) else None
        """Bytes on disk; None for a pipe."""
        self._raw = raw
        is_gzip = raw.peek(2)[:2] == _GZIP  # type: ignore[attr-defined]
        self._bytes = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_gzip else raw

    @property
    def position(self) -> int:
        """Say how many bytes of `size` are read."""
        return self._raw.tell() if self.size is not None else 0

    def __iter__(self) -> Iterator[Line]:
        """Raise FileError where the file breaks off or is not UTF-8."""
        offset = 0
        for number, (chunk, size) in enumerate(self._chunks(), start=1):
            yield Line(number, _decoded(chunk, number, offset), size)
            offset += size

    def _chunks(self) -> Iterator[tuple[bytes | None, int]]:
        try:
            while chunk := self._bytes.readline(LONGEST_LINE + 1):
                if len(chunk) <= LONGEST_LINE:
                    yield chunk, len(chunk)
                else:
                    yield None, len(chunk) + self._skip_line(chunk)
        except (OSError, EOFError, zlib.error) as exc:
            raise FileError(f"The file cannot be read to its end: {exc}") from exc

    def _skip_line(self, chunk: bytes) -> int:
        skipped = 0
        while chunk and not chunk.endswith(b"\n"):
            chunk = self._bytes.readline(LONGEST_LINE)
            skipped += len(chunk)
        return skipped


def _decoded(chunk: bytes | None, number: int, offset: int) -> str | None:
    if chunk is None:
        return None
    begin = len(_BOM) if number == 1 and chunk.startswith(_BOM) else 0
    try:
        return chunk[begin:].decode()
    except UnicodeDecodeError as exc:
        position = offset + begin + exc.start
        raise FileError(
            f"The file is not UTF-8: byte 0x{chunk[begin + exc.start]:02X} at position"
            f" {position:,}, line {number:,}. Save it as UTF-8."
        ) from exc


@contextmanager
def opened(name: str) -> Iterator[Source]:
    """Open a file, or standard input for "-"; raises FileError."""
    if name == STANDARD_INPUT:
        yield Source(sys.stdin.buffer)
        return
    try:
        raw = open(name, "rb")  # noqa: PTH123, SIM115  (closed below; its name may be a pipe's)
    except OSError as exc:
        raise FileError(f"{name} cannot be opened: {exc.strerror}.") from exc
    with raw:
        try:
            source = Source(raw)
        except OSError as exc:
            raise FileError(f"{name} cannot be read: {exc.strerror}.") from exc
        yield source

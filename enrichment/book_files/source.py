"""The bytes of a publisher's file, plain or gzip: a file, standard input, or what came by HTTP."""

from __future__ import annotations

import gzip
import io
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
HEAD = 4096
"""Bytes in which a file must show what it is."""
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """`text` keeps its line break; it is None for a line that is longer than LONGEST_LINE."""

    number: int
    text: str | None
    size: int


class Source:
    """The bytes of a file, unpacked: lines of UTF-8, or read as they are, whatever its size."""

    def __init__(self, raw: IO[bytes]) -> None:
        """Take an open binary file: one on disk, a pipe, or one that can be sought."""
        self.size = _size_on_disk(raw)
        """Bytes on disk; None for what is on none."""
        self._raw = raw
        is_gzip = _peeked(raw, len(_GZIP)) == _GZIP
        self._bytes = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_gzip else raw

    @property
    def position(self) -> int:
        """Say how many bytes of `size` are read."""
        return self._raw.tell() if self.size is not None else 0

    def head(self) -> bytes:
        """Give some of the first bytes, before any is read, and leave them to be read."""
        with _breaks_told():
            return _peeked(self._bytes, HEAD)

    def read(self, size: int) -> bytes:
        """Read so many bytes at most, none at the end; raises FileError where it breaks off."""
        with _breaks_told():
            return self._bytes.read(size)

    def __iter__(self) -> Iterator[Line]:
        """Raise FileError where the file breaks off or is not UTF-8."""
        offset = 0
        for number, (chunk, size) in enumerate(self._chunks(), start=1):
            yield Line(number, _decoded(chunk, number, offset), size)
            offset += size

    def _chunks(self) -> Iterator[tuple[bytes | None, int]]:
        while chunk := self._line():
            if len(chunk) <= LONGEST_LINE:
                yield chunk, len(chunk)
            else:
                yield None, len(chunk) + self._skip_line(chunk)

    def _line(self) -> bytes:
        with _breaks_told():
            return self._bytes.readline(LONGEST_LINE + 1)

    def _skip_line(self, chunk: bytes) -> int:
        skipped = 0
        while chunk and not chunk.endswith(b"\n"):
            chunk = self._line()
            skipped += len(chunk)
        return skipped


@contextmanager
def _breaks_told() -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error) as exc:
        raise FileError(f"The file cannot be read to its end: {exc}") from exc


def _size_on_disk(raw: IO[bytes]) -> int | None:
    try:
        status = os.fstat(raw.fileno())
    except io.UnsupportedOperation:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _peeked(file: IO[bytes], size: int) -> bytes:
    """Look at the first bytes; a pipe can be peeked into, and other files go back."""
    if hasattr(file, "peek"):
        return cast("bytes", file.peek(size))[:size]
    begin = file.tell()
    head = file.read(size)
    file.seek(begin)
    return head


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

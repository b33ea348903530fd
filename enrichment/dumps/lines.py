"""The lines of a gzip file of any size, in blocks and in constant memory."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, cast

from isal import igzip, isal_zlib

from enrichment.dumps.reasons import Reason

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator
    from pathlib import Path

BLOCK = 1 << 19
LONGEST = 1 << 24
"""Bytes of a line that is still read: a title of a million escaped characters fits."""
HEAD = 1 << 10
"""Bytes that are kept of a line that is not read, for its key."""

# What the end of a file in the middle of it, a wrong checksum, or a failing disk raise.
BROKEN = (EOFError, OSError, cast("type[Exception]", isal_zlib.error))


class DumpFileError(Exception):
    """Raised where a file cannot be read on; says which one, and how far it was read."""


class UnreadableLine(bytes):
    """Stands for a line that is not read; empty, so that nobody finds columns in it."""

    reason: Reason
    head: bytes

    @classmethod
    def of(cls, line: bytes, reason: Reason) -> UnreadableLine:
        unreadable = cls()
        unreadable.reason = reason
        unreadable.head = line[:HEAD]
        return unreadable


class DumpLines:
    """A dump's file as blocks of lines; `bytes_read` counts those of the packed file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0

    def __iter__(self) -> Iterator[list[bytes]]:
        """Give the lines without their ends; DumpFileError where the file is broken."""
        try:
            with self.path.open("rb", buffering=0) as packed, closing(_unpacked(packed)) as text:
                for block in split(partial(text.read1, BLOCK)):
                    self.bytes_read = packed.tell()
                    yield block
        except BROKEN as exc:
            raise DumpFileError(
                f"{self.path.name} is broken: {exc}. It was read up to byte {self.bytes_read:,}."
            ) from exc


def split(read: Callable[[], bytes]) -> Iterator[list[bytes]]:
    """Split what `read` gives piece by piece; the last line may lack its end."""
    tail, is_skipping = b"", False
    while piece := read():
        if is_skipping:
            _, newline, piece = piece.partition(b"\n")
            is_skipping = not newline
        text = tail + piece
        *lines, tail = text.split(b"\n")
        if lines:
            lines[0] = _within_limit(lines[0])
        if len(tail) > LONGEST:
            lines.append(_within_limit(tail))
            tail, is_skipping = b"", True
        yield lines if text.isascii() else [_checked(line) for line in lines]
    if tail:
        yield [_checked(tail)]


def _unpacked(packed: io.FileIO) -> igzip.IGzipFile:
    # Unpacking ahead in a thread takes longer: the two fight for the interpreter, and the other
    # core has a process with another file.
    return cast("igzip.IGzipFile", igzip.open(packed, "rb"))  # type: ignore[no-untyped-call]


def _within_limit(line: bytes) -> bytes:
    return line if len(line) <= LONGEST else UnreadableLine.of(line, Reason.TOO_LONG)


def _checked(line: bytes) -> bytes:
    """Put aside what is not UTF-8: decoders let it pass in the fields that they skip."""
    if line.isascii():
        return line
    try:
        line.decode()
    except UnicodeDecodeError:
        return UnreadableLine.of(line, Reason.NOT_UTF8)
    return line

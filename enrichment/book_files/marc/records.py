"""MARC 21 in its own form (ISO 2709): framed by the record terminator, decoded by pymarc.

Lengths in leaders are often wrong, and a reader that believes them loses its way; no text has the
terminator, so the next record is found whatever the last one was. Leaders say wrongly, too, which
of the two encodings a record has, so the bytes are asked.
"""

from __future__ import annotations

import logging
import re
import warnings
from typing import TYPE_CHECKING, ClassVar

from pymarc import PymarcException, Record, marc8_mapping
from pymarc.constants import END_OF_FIELD, END_OF_RECORD
from pymarc.exceptions import BadSubfieldCodeWarning

from enrichment.book_files.mapped import MappedFile
from enrichment.book_files.marc.fields import row_of
from enrichment.book_files.rows import FileError, Row, Warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enrichment.book_files.source import Source

CHUNK = 64 * 1024
LONGEST_RECORD = 2 * 1024 * 1024
"""Bytes; the leader has room for 99,999, which some programs pass."""
_END = END_OF_RECORD.encode()
_BETWEEN = b"\r\n\0\x1a \t"
"""What programs put between two records."""
_LEADER = re.compile(rb"[0-9 ]{5}[\x20-\x7e]{5}[0-9 ]{7}[\x20-\x7e]{7}")
_ENCODING = 9
_UTF_8, _MARC_8 = b"a", b" "
_ESCAPE = 0x1B
_ANSEL = marc8_mapping.CODESETS[0x45].keys() | marc8_mapping.ODD_MAP.keys()
_ASCII_END = 0x80

# It warns of every field that is not quite right, which in a library's file are thousands.
logging.getLogger("pymarc").setLevel(logging.ERROR)


class MarcFile(MappedFile):
    """The records of a file; a row's "line" is the record's number, from 1."""

    endings: ClassVar[tuple[str, ...]] = (".mrc", ".marc")

    def __init__(self, source: Source, warn: Warn) -> None:
        """Raise FileError for what does not begin with a MARC 21 record."""
        del warn  # Nothing is to be told of the file as a whole.
        self._source = source
        head = source.head()
        if head.strip(_BETWEEN) and not self.recognises(head):
            raise FileError("This is no MARC 21: a file of it begins with a record's leader.")

    @staticmethod
    def recognises(head: bytes) -> bool:
        return _LEADER.match(head.lstrip(b"\r\n\0")) is not None

    def __iter__(self) -> Iterator[Row]:
        for number, (chunk, is_whole) in enumerate(self._chunks(), start=1):
            if is_whole:
                yield _row(number, chunk)
            else:
                told = "The record has no end." if chunk else "The record is too long."
                yield Row(number, None, {}, len(chunk), told)

    def _chunks(self) -> Iterator[tuple[bytes, bool]]:
        """Give each record, and whether it is whole; none of what is too long."""
        rest, is_passing = b"", False
        while data := self._source.read(CHUNK):
            *records, rest = (rest + data).split(_END)
            for record in records:
                text = record.lstrip(_BETWEEN)
                if is_passing:
                    is_passing = False
                elif text:
                    yield text + _END, True
            if len(rest) > LONGEST_RECORD:
                if not is_passing:
                    yield b"", False
                rest, is_passing = b"", True
        if not is_passing and (text := rest.strip(_BETWEEN)):
            yield text, False


def _row(number: int, chunk: bytes) -> Row:
    try:
        return row_of(number, decoded(chunk), len(chunk))
    except (PymarcException, ValueError, LookupError, TypeError) as exc:
        return Row(number, None, {}, len(chunk), f"The record is broken: {_why(exc)}")


def decoded(chunk: bytes) -> Record:
    """Decode a record; raises what pymarc does, and ValueError where fields would be cut."""
    said = chunk[:_ENCODING] + _encoding(chunk) + chunk[_ENCODING + 1 :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BadSubfieldCodeWarning)
        record = Record(said, to_unicode=True, hide_utf8_warnings=True)
    if any(field.indicator1 == END_OF_FIELD for field in record if not field.control_field):
        raise ValueError("its directory says wrongly where the fields are.")
    return record


def _encoding(chunk: bytes) -> bytes:
    """Tell UTF-8 from MARC-8, whatever the leader says; raises ValueError for neither.

    In MARC-8 an accent stands before its letter, which UTF-8 never allows.
    """
    if chunk.isascii():
        return _UTF_8 if _ESCAPE not in chunk else _MARC_8
    try:
        chunk.decode()
    except UnicodeDecodeError:
        other = {byte for byte in set(chunk) - _ANSEL if byte >= _ASCII_END}
        says_utf_8 = chunk[_ENCODING : _ENCODING + 1] == _UTF_8
        if says_utf_8 or (other and _ESCAPE not in chunk):
            raise ValueError("its text is neither UTF-8 nor MARC-8.") from None
        return _MARC_8
    return _UTF_8


def _why(exc: Exception) -> str:
    text = str(exc).strip() or type(exc).__name__
    return text if len(text) <= 200 else f"{text[:200]} ..."  # noqa: PLR2004

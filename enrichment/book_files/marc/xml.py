"""MARCXML (http://www.loc.gov/MARC21/slim), alone or within what a library's server answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pymarc import Field, Indicators, Record, Subfield

from enrichment.book_files.mapped import MappedFile
from enrichment.book_files.marc.fields import row_of
from enrichment.book_files.rows import FileError, Row, Warn
from enrichment.book_files.xml_stream import (
    UnknownEntityError,
    XmlStream,
    line_of,
    local_name,
    root_name,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enrichment.book_files.source import Source
    from enrichment.book_files.xml_stream import Element

NAMESPACE = "http://www.loc.gov/MARC21/slim"
RECORD, COLLECTION = "record", "collection"
PARTS = {"leader", "controlfield", "datafield"}


class MarcXmlFile(MappedFile):
    """The records of a file, in its namespace or in none; a row's line is that of its first tag."""

    endings: ClassVar[tuple[str, ...]] = (".marcxml",)

    def __init__(self, source: Source, warn: Warn) -> None:
        """Raise FileError for XML without a MARC record, as far as it can be told at once."""
        del warn  # Nothing is to be told of the file as a whole.
        names = (RECORD, COLLECTION)
        self._stream = XmlStream(source, [*names, *(f"{{{NAMESPACE}}}{name}" for name in names)])
        self._events = iter(self._stream)
        if next(self._events, None) is None:
            raise FileError("There is no MARCXML: no element collection or record.")

    @staticmethod
    def recognises(head: bytes) -> bool:
        return root_name(head) in (RECORD, COLLECTION)

    def __iter__(self) -> Iterator[Row]:
        for event, element in self._events:
            if event == "end" and local_name(element) == RECORD:
                is_one = any(_part(child) for child in element)
                line, read = line_of(element), _read(element) if is_one else None
                size = self._stream.release(element)
                if isinstance(read, Record):
                    yield row_of(line, read, size)
                elif read:
                    yield Row(line, None, {}, size, read)


def _read(element: Element) -> Record | str:
    """Give the record, or why it cannot be read."""
    record = Record()
    try:
        for child in element:
            if field := _field(child, record):
                record.add_field(field)  # type: ignore[no-untyped-call]
    except UnknownEntityError as exc:
        return str(exc)
    return record


def _field(child: Element, record: Record) -> Field | None:
    part, tag = _part(child), child.get("tag", "")
    if part == "leader":
        _put_status(record, text_of(child))
    elif part == "controlfield":
        return Field(tag, data=text_of(child))
    elif part == "datafield":
        indicators = Indicators(child.get("ind1", " "), child.get("ind2", " "))
        codes = (each for each in child if isinstance(each.tag, str))
        subfields = [Subfield(each.get("code", ""), text_of(each)) for each in codes]
        return Field(tag, indicators=indicators, subfields=subfields)
    return None


def _put_status(record: Record, leader: str) -> None:
    """Keep of the leader what is asked of it; those of many records are too short."""
    status = leader[5:6]
    if status.isalpha() and status.isascii():
        record.leader.record_status = status


def _part(child: Element) -> str:
    name = local_name(child) if isinstance(child.tag, str) else ""
    return name if name in PARTS else ""

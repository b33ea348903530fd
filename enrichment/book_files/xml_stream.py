"""XML of any size, an element at a time, from people who may mean harm.

No document type is fetched, no file is read and no entity is expanded: libxml2 is told so below. An
entity stays in the tree as a node of its own, which `text_of` reads when it is one of HTML's
characters. What has been read is cut off the tree, so that memory stays where it is.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from enrichment.book_files.rows import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from enrichment.book_files.source import Source

    Element = etree._Element  # noqa: SLF001  (the type has no public name)
    Event = tuple[str, Element]

CHUNK = 64 * 1024
LONGEST_RECORD = 16 * 1024 * 1024
"""Bytes between the ends of two records, of which the longest real ones have a tenth."""
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_PROLOGUE = re.compile(
    r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\0": "utf-16-le"}


class UnknownEntityError(Exception):
    """A text refers to an entity that is not one of HTML's characters."""


class XmlStream:
    """The elements of some names, as they begin and as they end.

    `tags` are lxml's: "{namespace}name", "{*}name", "name" for no namespace.
    """

    def __init__(self, source: Source, tags: Iterable[str]) -> None:
        self._source = source
        self._since = 0
        # Without collect_ids=False, which reads a document type after all (libxml2 takes its flag
        # for a wish to load one).
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=list(tags),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def __iter__(self) -> Iterator[Event]:
        """Raise FileError where the XML is broken, after what came before it."""
        while chunk := self._source.read(CHUNK):
            self._since += len(chunk)
            yield from self._after(lambda data=chunk: self._parser.feed(data))  # type: ignore[misc]
            if self._since > LONGEST_RECORD:
                raise FileError(f"There is no record in {self._since:,} bytes, or one too long.")
        yield from self._after(self._parser.close)

    def release(self, element: Element) -> int:
        """Cut an element off that has been read; give its size in bytes, roughly."""
        element.clear()
        for node in (element, *element.iterancestors()):
            parent = node.getparent()
            while parent is not None and parent[0] is not node:
                del parent[0]
        size, self._since = self._since, 0
        return size

    def _after(self, step: Callable[[], object]) -> Iterator[Event]:
        problem: etree.XMLSyntaxError | None = None
        try:
            step()
        except etree.XMLSyntaxError as exc:
            problem = exc
        # An entity without a declaration ends the parsing, of which only the log tells.
        fatal = [each for each in self._parser.feed_error_log if each.level_name == "FATAL"]
        yield from cast("Iterator[Event]", self._parser.read_events())
        if fatal:
            raise FileError(f"The XML is broken at line {fatal[0].line:,}: {fatal[0].message}.")
        if problem:
            raise FileError(f"The XML is broken: {problem.msg}.") from problem


def root_name(head: bytes) -> str:
    """Name the first element of XML that begins like this; empty where there is none to see."""
    encoding = _UTF_16.get(head[:2], "utf-8")
    text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    found = _ROOT.match(_PROLOGUE.sub("", text).lstrip()) if text.startswith("<") else None
    return found[1] if found else ""


def local_name(element: Element) -> str:
    """Give an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def line_of(element: Element) -> int:
    """Give the line on which an element begins, from 1."""
    return cast("int | None", element.sourceline) or 1


def text_of(element: Element | None) -> str:
    """Give the text in an element and in those within; raises UnknownEntityError."""
    return "" if element is None else "".join(_texts(element, marked_up=False))


def html_of(element: Element) -> str:
    """Give what is in an element as HTML, whatever the namespace of its tags.

    Raises UnknownEntityError.
    """
    return "".join(_texts(element, marked_up=True))


def _texts(element: Element, *, marked_up: bool) -> Iterator[str]:
    escape = html.escape if marked_up else str
    yield escape(element.text or "")
    for child in element:
        if isinstance(child, etree._Entity):  # noqa: SLF001  (the type has no public name)
            yield escape(_character(child))
        elif marked_up:
            name = local_name(child)
            yield f"<{name}>{''.join(_texts(child, marked_up=True))}</{name}>"
        else:
            yield from _texts(child, marked_up=False)
        yield escape(child.tail or "")


def _character(entity: Element) -> str:
    text = html.unescape(entity.text or "")
    if text == entity.text:
        raise UnknownEntityError(f"The entity {text} is not one of HTML's; such are not expanded.")
    return text

"""ONIX for Books 3.0, reference names or short tags, as a publisher sends it to the trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from enrichment.book_files.mapped import MappedFile, covers, mapped_row, note
from enrichment.book_files.onix import fields
from enrichment.book_files.onix.prices import Defaults, price
from enrichment.book_files.onix.tags import children, code, either, first, name_of
from enrichment.book_files.rows import Action, Detail, FileError, Row, Warn
from enrichment.book_files.xml_stream import (
    UnknownEntityError,
    XmlStream,
    line_of,
    local_name,
    root_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enrichment.book_files.mapped import Body
    from enrichment.book_files.source import Source
    from enrichment.book_files.xml_stream import Element

ROOTS = ("ONIXMessage", "ONIXmessage")
PRODUCT = "Product"
ACTIONS = {
    "": Action.CREATE,
    "01": Action.CREATE,
    "02": Action.CREATE,
    "03": Action.CREATE,
    "04": Action.UPDATE,
    "05": Action.DELETE,
}
"""What a notification type (code list 1) asks for; without one, a product is a new one."""
_NAMESPACE_3 = "/onix/3."
LONGEST_SHOWN = 100


class OnixFile(MappedFile):
    """The products of a message; a product's line is that of its first tag."""

    endings: ClassVar[tuple[str, ...]] = (".onix",)

    def __init__(self, source: Source, warn: Warn) -> None:
        """Raise FileError for what is no ONIX 3."""
        del warn  # Nothing is to be told of the file as a whole.
        roots = [f"{{*}}{name}" for name in ROOTS]
        self._stream = XmlStream(source, [*roots, *either("Header"), *either(PRODUCT)])
        self._events = iter(self._stream)
        self._root = next((element for _, element in self._events), None)
        self._defaults = Defaults()
        _refuse_others(self._root)

    @staticmethod
    def recognises(head: bytes) -> bool:
        return root_name(head) in ROOTS

    def __iter__(self) -> Iterator[Row]:
        for event, element in self._events:
            if event == "start" or element.getparent() is not self._root:
                continue
            if name_of(element) == PRODUCT:
                yield self._row(element)
            else:
                self._defaults = Defaults(
                    code(element, "DefaultCurrencyCode"), code(element, "DefaultPriceType")
                )

    def _row(self, product: Element) -> Row:
        line, kind = line_of(product), code(product, "NotificationType")
        body: Body = {"isbn": fields.isbn(product)}
        action, notes = ACTIONS.get(kind, Action.CREATE), list[Detail]()
        problem = None if kind in ACTIONS else f'Notification type "{kind}" is not taken.'
        try:
            if action is not Action.DELETE:
                body |= _read(product, self._defaults, notes)
        except UnknownEntityError as exc:
            problem = str(exc)
        size = self._stream.release(product)
        return mapped_row(line, body, size, action=action, problem=problem, notes=notes)


def _refuse_others(root: Element | None) -> None:
    """Raise FileError unless this is a message of ONIX 3."""
    if root is None or local_name(root) not in ROOTS:
        raise FileError("This is no ONIX: the first element must be ONIXMessage.")
    release = root.get("release", "")
    if release.startswith("3.") or (not release and _NAMESPACE_3 in str(root.tag)):
        return
    raise FileError(
        f"This is ONIX {release or '2.1 or older, for it names no release'}. Its fields stand"
        ' elsewhere than those of ONIX 3.0, which is what can be read: <ONIXMessage release="3.0">.'
        " Whoever sends it can export it as such."
    )


def _read(product: Element, defaults: Defaults, notes: list[Detail]) -> Body:
    """Give the fields of the blocks that the product has; an update has only some."""
    body: Body = {}
    if (detail := first(product, "DescriptiveDetail")) is not None:
        body |= _described(detail, notes)
    if (collateral := first(product, "CollateralDetail")) is not None:
        body["description"] = fields.description(collateral)
        body["coverImages"] = covers(fields.covers(collateral), notes)
    if (publishing := first(product, "PublishingDetail")) is not None:
        body["publishedDate"] = _published(publishing, notes)
    if supply := list(children(product, "ProductSupply")):
        asked = price(supply, defaults)
        body |= {"price": asked and asked.amount, "currency": asked and asked.currency}
        if not body["currency"]:
            del body["currency"]
    return body


def _described(detail: Element, notes: list[Detail]) -> Body:
    code = fields.language_code(detail)
    language = fields.language(code)
    if code and not language:
        notes.append(note("language", f'"{code[:LONGEST_SHOWN]}" is no code of one language.'))
    return {
        "title": fields.title(detail),
        "author": fields.author(detail),
        "language": language,
        "genres": fields.genres(detail),
        "bookFormat": fields.book_format(detail),
    }


def _published(publishing: Element, notes: list[Detail]) -> str | None:
    text, kind = fields.publishing_date(publishing)
    day = fields.published(text, kind)
    if text and not day:
        notes.append(
            note("publishedDate", f'"{text[:LONGEST_SHOWN]}" is no date that can be read.')
        )
    return day.isoformat() if day else None

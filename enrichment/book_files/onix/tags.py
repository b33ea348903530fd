"""ONIX elements by their reference names, whether a message has those or the short tags.

A short tag of a composite is its reference name in small letters; those of the others are codes
(EDItEUR, ONIX for Books 3.0, "Reference names and short tags").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.book_files.xml_stream import local_name, text_of
from enrichment.sources import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enrichment.book_files.xml_stream import Element

COMPOSITES = (
    "CollateralDetail",
    "Contributor",
    "DescriptiveDetail",
    "Header",
    "Language",
    "Price",
    "PriceDate",
    "Product",
    "ProductIdentifier",
    "ProductSupply",
    "PublishingDate",
    "PublishingDetail",
    "ResourceVersion",
    "Subject",
    "SupplyDetail",
    "SupportingResource",
    "TextContent",
    "TitleDetail",
    "TitleElement",
)
SHORT = {name.casefold(): name for name in COMPOSITES} | {
    "a001": "RecordReference",
    "a002": "NotificationType",
    "b012": "ProductForm",
    "b029": "Subtitle",
    "b030": "TitlePrefix",
    "b031": "TitleWithoutPrefix",
    "b034": "SequenceNumber",
    "b035": "ContributorRole",
    "b036": "PersonName",
    "b037": "PersonNameInverted",
    "b039": "NamesBeforeKey",
    "b040": "KeyNames",
    "b041": "NamesAfterKey",
    "b047": "CorporateName",
    "b067": "SubjectSchemeIdentifier",
    "b070": "SubjectHeadingText",
    "b202": "TitleType",
    "b203": "TitleText",
    "b221": "ProductIDType",
    "b244": "IDValue",
    "b247": "PrefixToKey",
    "b248": "SuffixToKey",
    "b252": "LanguageCode",
    "b253": "LanguageRole",
    "b306": "Date",
    "d104": "Text",
    "j151": "PriceAmount",
    "j152": "CurrencyCode",
    "j192": "UnpricedItemType",
    "j260": "DateFormat",
    "j261": "PriceQualifier",
    "m186": "DefaultCurrencyCode",
    "x310": "DefaultPriceType",
    "x409": "TitleElementLevel",
    "x410": "PartNumber",
    "x426": "TextType",
    "x435": "ResourceLink",
    "x436": "ResourceContentType",
    "x443": "CorporateNameInverted",
    "x448": "PublishingDateRole",
    "x462": "PriceType",
    "x476": "PriceDateRole",
}


_NAMES = {reference: (f"{{*}}{reference}", f"{{*}}{short}") for short, reference in SHORT.items()}
"""lxml's names of an element, whatever the message has and whatever its namespace is."""


def either(reference: str) -> tuple[str, str]:
    """Give both names of an element, as lxml looks for them."""
    return _NAMES[reference]


def name_of(element: Element) -> str:
    """Give an element's reference name."""
    local = local_name(element)
    return SHORT.get(local, local)


def children(element: Element | None, *path: str) -> Iterator[Element]:
    """Give all elements at the end of a path of reference names."""
    if element is None:
        return
    name, *rest = path
    for child in element.iterchildren(*_NAMES[name]):
        if rest:
            yield from children(child, *rest)
        else:
            yield child


def first(element: Element | None, *path: str) -> Element | None:
    return next(children(element, *path), None)


def code(element: Element | None, *path: str) -> str:
    """Give the code in the first element at the end of a path; empty for none."""
    found = first(element, *path)
    return "" if found is None else (found.text or "").strip()


def line(element: Element | None, *path: str) -> str:
    """Give the text of the first element at the end of a path, on one line; empty for none.

    Raises UnknownEntityError.
    """
    found = first(element, *path)
    return "" if found is None else texts.line(text_of(found))

"""The API's fields out of an ONIX product (docs/book-files.md has the table)."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from catalog.serializers import AUTHOR_SEPARATOR
from enrichment.book_files.mapped import genre_names, whole_title
from enrichment.book_files.names import upright
from enrichment.book_files.onix.tags import children, code, line
from enrichment.book_files.xml_stream import html_of, text_of
from enrichment.sources import dates, languages, texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from enrichment.book_files.xml_stream import Element

FORMS = {"BB": "Hardcover", "BC": "Paperback"}
FORM_FAMILIES = {"A": "Audiobook", "E": "Ebook"}
ISBN_TYPES = ("15", "03", "02")
"""ISBN-13, GTIN-13 and ISBN-10 (code list 5), the surest first."""
# Code list 17: who wrote it; failing these, who put it together; failing these, who drew it.
WRITERS = frozenset({"A01", "A02", "A03", "A04", "A05", "A06", "A09", "A14", "A38", "A45", "A99"})
EDITORS = frozenset({"B01", "B02", "B09", "B10", "B11", "B12", "B13", "B15", "B16", "B18", "B21"})
ARTISTS = frozenset({"A07", "A08", "A12", "A13", "A35", "A36", "A39", "A40", "A46", "A47", "A48"})
ELISIONS = ("'", "\N{RIGHT SINGLE QUOTATION MARK}")
_SEQUENCE = re.compile("[0-9]{1,9}")
_BOOKLAND = re.compile("97[89].*")
_DIGITS = re.compile("([0-9]{4})(?:([0-9]{2})([0-9]{2})?)?(?![-/.])")
_MONTHS = {"01", "07"}
_CALENDAR = {"", "00", "06", "13", "14", *_MONTHS}
_HIJRI = re.compile("[23][0-9]")


def isbn(product: Element) -> str:
    """Give the identifier that is an ISBN, as it is written; empty where none is named."""
    for kind in ISBN_TYPES:
        for each in children(product, "ProductIdentifier"):
            text = code(each, "IDValue")
            if code(each, "ProductIDType") == kind and (kind != "03" or _BOOKLAND.match(text)):
                return text
    return ""


def title(detail: Element) -> str:
    """Give the distinctive title (type 01) of the product itself (level 01), with its subtitle."""
    elements = [
        element
        for found in children(detail, "TitleDetail")
        if code(found, "TitleType") == "01"
        for element in children(found, "TitleElement")
    ]
    own = [each for each in elements if code(each, "TitleElementLevel") == "01"]
    main = next((name for each in own if (name := _title_in(each))), "")
    if not main:
        # A volume may have its number alone, and its title from the collection.
        parts = [line(each, "PartNumber") for each in own]
        main = ", ".join(filter(None, [*map(_title_in, elements[:1]), *parts]))
    subtitle = next((text for each in own if (text := line(each, "Subtitle"))), "")
    return whole_title(main, subtitle)


def _title_in(element: Element) -> str:
    text = line(element, "TitleText")
    if not text:
        text = _joined([line(element, "TitlePrefix"), line(element, "TitleWithoutPrefix")])
    part = line(element, "PartNumber")
    return f"{text}, {part}" if text and part else text


def author(detail: Element) -> str:
    """Give the names of the writers, or of those who stand for them; in their order."""
    named = [
        ({(role.text or "").strip() for role in children(each, "ContributorRole")}, name)
        for each in sorted(children(detail, "Contributor"), key=_sequence)
        if (name := _name(each))
    ]
    for roles in (WRITERS, EDITORS, ARTISTS):
        names = [name.replace(AUTHOR_SEPARATOR, ",") for theirs, name in named if theirs & roles]
        if names:
            return f"{AUTHOR_SEPARATOR} ".join(dict.fromkeys(names))
    return ""


def _sequence(contributor: Element) -> int:
    number = code(contributor, "SequenceNumber")
    return int(number) if _SEQUENCE.fullmatch(number) else 0


def _name(contributor: Element) -> str:
    parts = ("NamesBeforeKey", "PrefixToKey", "KeyNames", "NamesAfterKey", "SuffixToKey")
    return (
        line(contributor, "PersonName")
        or _joined([line(contributor, part) for part in parts])
        or upright(line(contributor, "PersonNameInverted"))
        or line(contributor, "CorporateName")
        or upright(line(contributor, "CorporateNameInverted"))
    )


def _joined(parts: list[str]) -> str:
    """Put parts of a name or a title together; after an elision ("L'", "d'") without a blank."""
    spaced = (part if part.endswith(ELISIONS) else f"{part} " for part in parts if part)
    return "".join(spaced).strip()


def language_code(detail: Element) -> str:
    """Give the code of the text's first language (role 01), as it is written."""
    spoken = (each for each in children(detail, "Language") if code(each, "LanguageRole") == "01")
    return code(next(spoken, None), "LanguageCode")


def language(code: str) -> str | None:
    return languages.from_marc(code.casefold())


def genres(detail: Element) -> list[str]:
    """Give subjects that have words: headings, and keywords (scheme 20) one by one.

    A heading of BISAC or Thema is a path, "FICTION / Science Fiction / General", taken apart.
    """
    names = [part for each in children(detail, "Subject") for part in _heading(each)]
    return genre_names(names)


def _heading(subject: Element) -> list[str]:
    text = line(subject, "SubjectHeadingText")
    is_keywords = code(subject, "SubjectSchemeIdentifier") == "20"
    return re.split(r"[;,]" if is_keywords and ";" not in text else "; | / |;", text)


def book_format(detail: Element) -> str | None:
    form = code(detail, "ProductForm")
    return FORMS.get(form) or FORM_FAMILIES.get(form[:1])


def description(collateral: Element) -> str:
    """Give the description (text type 03), else the short one (02), as plain text."""
    contents = list(children(collateral, "TextContent"))
    for kind in ("03", "02"):
        for each in contents:
            if code(each, "TextType") == kind:
                for text in children(each, "Text"):
                    if plain := _plain(html_of(text)):
                        return plain
    return ""


def _plain(inner: str) -> str:
    """Read XHTML elements and HTML that is escaped once or, by mistake, twice."""
    text = inner
    for _ in range(2):
        if "<" not in text:
            text = html.unescape(text)
    return texts.from_html(text)


def covers(collateral: Element) -> Iterator[str]:
    """Give the links to the front cover (content type 01), each once, as they are written."""
    links = (
        "".join(text_of(link).split())
        for each in children(collateral, "SupportingResource")
        if code(each, "ResourceContentType") == "01"
        for link in children(each, "ResourceVersion", "ResourceLink")
    )
    yield from dict.fromkeys(filter(None, links))


def publishing_date(detail: Element) -> tuple[str, str]:
    """Give the date of publication (role 01) as it is written, and its format (code list 55)."""
    for each in children(detail, "PublishingDate"):
        if code(each, "PublishingDateRole") == "01":
            written = next(children(each, "Date"), None)
            kind = "" if written is None else written.get("dateformat", "")
            return code(each, "Date"), kind or code(each, "DateFormat")
    return "", ""


def published(text: str, kind: str) -> date | None:
    """Read a date of any format; a year or a month stands for its first day.

    None for what is no date, and for the Hijri calendar. What is no day of the calendar has its
    year; a quarter, a season and a week have theirs.
    """
    if _HIJRI.fullmatch(kind):
        return None
    written = text
    if found := _DIGITS.match(text):
        parts = found.groups() if kind in _CALENDAR else found.groups()[:1]
        shown = parts[:2] if kind in _MONTHS else parts
        written = "-".join(part for part in shown if part)
    read = dates.read(written)
    return read.day if read else None

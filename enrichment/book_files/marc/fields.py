"""The API's fields out of a MARC 21 record (docs/book-files.md has the table)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from catalog.serializers import AUTHOR_SEPARATOR
from enrichment.book_files.mapped import genre_names, mapped_row, note, whole_title
from enrichment.book_files.names import upright
from enrichment.book_files.rows import Action, Detail, Row
from enrichment.sources import dates, isbns, languages, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymarc import Field, Record

    from enrichment.book_files.mapped import Body

DELETED = "d"
"""The record status (leader, position 5) of a record that its library has given up."""
WRITERS = re.compile(r"aut|cre|author|joint author|creator|writer", re.IGNORECASE)
ANALYTIC = "2"
"""Second indicator of an added entry: for a part of the contents."""
PUBLICATION = "1"
"""Second indicator of 264."""
CURRENCIES = {"$": "USD", "US$": "USD", "£": "GBP", "€": "EUR"}
FORMATS = (
    ("Ebook", re.compile(r"e-?book|electronic|epub|pdf|kindle|online", re.IGNORECASE)),
    ("Audiobook", re.compile(r"audio", re.IGNORECASE)),
    ("Paperback", re.compile(r"pbk|paperback|soft", re.IGNORECASE)),
    ("Hardcover", re.compile(r"hbk|hard|cloth|bound", re.IGNORECASE)),
)
_AMOUNT = r"([0-9]{1,6}(?:[.,][0-9]{1,2})?)"
# Behind it stands nothing, or a remark: "£1,250.00" and "$10-15" are no such amounts.
_PRICE = re.compile(rf"(US\$|[$£€]|[A-Z]{{3}})? ?{_AMOUNT} ?([A-Z]{{3}}|€)?(?=[ .,]*(?:$|[(:;]))")
_ISBD = " /:;,="
_LANGUAGES = slice(35, 38)
_YEAR = slice(7, 11)
_STATUS = 5
_ABBREVIATED = re.compile(
    r"(?:^|[\s.\-])(?:\w|bros|co|corp|dr|ed|etc|inc|jr|ltd|no|sr|st|vol)\.$|\.\.\.$", re.IGNORECASE
)


def row_of(line: int, record: Record, size: int) -> Row:
    """Map a record; one that its library has deleted deletes."""
    numbers = _isbns(record)
    body: Body = {"isbn": numbers[0] if numbers else None}
    if record.leader[_STATUS] == DELETED:
        return mapped_row(line, body, size, action=Action.DELETE)
    notes: list[Detail] = []
    body |= {
        "title": _title(record),
        "author": _author(record),
        **_price(record),
        "description": _description(record),
        "language": _language(record),
        "publishedDate": _published(record, notes),
        "genres": genre_names(_subjects(record)),
        "bookFormat": _format(record),
    }
    return mapped_row(line, body, size, notes=notes)


def _values(record: Record, tag: str, *codes: str) -> Iterator[str]:
    """Give the subfields of these codes in all fields of a tag."""
    for field in record.get_fields(tag):
        yield from field.get_subfields(*codes)


def _text(field: Field, *codes: str) -> str:
    return texts.line(" ".join(field.get_subfields(*codes)))


def _isbns(record: Record) -> tuple[str, ...]:
    """Give the valid ISBNs, else the first that is written, so that it is refused by its name."""
    written = list(_values(record, "020", "a"))
    return isbns.read(written) or tuple(texts.line(each) for each in written[:1])


def _title(record: Record) -> str:
    for field in record.get_fields("245"):
        main = _unpunctuated(_text(field, "a"))
        part = _unpunctuated(_text(field, "n", "p"))
        rest = _unpunctuated(_text(field, "b"))
        return whole_title(f"{main}. {part}" if main and part else main or part, rest)
    return ""


def _unpunctuated(text: str) -> str:
    """Take off what ISBD puts between the parts, and a full stop that ends no abbreviation."""
    text = text.rstrip(_ISBD)
    return text if _ABBREVIATED.search(text) else text.removesuffix(".").rstrip(_ISBD)


def _author(record: Record) -> str:
    """Give the main author and the others; failing them, whoever is named for the book."""
    people = record.get_fields("100") + record.get_fields("700")
    bodies = record.get_fields("110", "111") + record.get_fields("710", "711")
    of_this = [each for each in people + bodies if not _is_other_work(each)]
    writers = [each for each in of_this if each in people and _writes(each)]
    named = writers or [each for each in of_this if each in people] or of_this
    names = [_name(each).replace(AUTHOR_SEPARATOR, ",") for each in named]
    return f"{AUTHOR_SEPARATOR} ".join(dict.fromkeys(filter(None, names)))


def _is_other_work(field: Field) -> bool:
    """Say whether an added entry names a work or a part of the contents, not a maker of this."""
    is_added = field.tag.startswith("7")
    return is_added and (field.indicator2 == ANALYTIC or bool(field.get_subfields("t")))


def _writes(field: Field) -> bool:
    """Say whether one of the roles is a writer's; who has no role is the author, or another."""
    roles = [each.strip(" .,/") for each in field.get_subfields("e", "4", "j")]
    return not roles or any(WRITERS.fullmatch(role.rpartition("/")[2]) for role in roles)


def _name(field: Field) -> str:
    name = _unpunctuated(_text(field, "a"))
    if not field.tag.endswith("00"):
        return name
    return f"{upright(name)} {_unpunctuated(_text(field, 'b'))}".strip()


def _price(record: Record) -> Body:
    """Read 365 (amount and currency), else terms of availability such as "£9.99"."""
    for field in record.get_fields("365"):
        amount, currency = _text(field, "b"), _text(field, "c")
        found = _PRICE.fullmatch(amount)
        if found and currency:
            return _money(found[2], currency.upper())
    for terms in _values(record, "020", "c"):
        found = _PRICE.match(terms.strip())
        currency = (found[3] or found[1] or "") if found else ""
        if found and currency:
            return _money(found[2], CURRENCIES.get(currency, currency))
    return {}


def _money(amount: str, currency: str) -> Body:
    return {"price": Decimal(amount.replace(",", ".")), "currency": currency}


def _description(record: Record) -> str:
    for field in record.get_fields("520"):
        if text := texts.from_html(" ".join(field.get_subfields("a", "b"))):
            return text
    return ""


def _control(record: Record, part: slice) -> str:
    return next((str(field.data)[part] for field in record.get_fields("008")), "")


def _language(record: Record) -> str | None:
    """Read 008, else the first code of 041, where old records have several in one."""
    codes = [_control(record, _LANGUAGES), *(each[:3] for each in _values(record, "041", "a"))]
    known = (languages.from_marc(code.casefold()) for code in codes)
    return next((tag for tag in known if tag), None)


def _published(record: Record, notes: list[Detail]) -> str | None:
    """Read the year of publication, as the first of January: 264, 260, else 008."""
    imprints = [
        *(each for each in record.get_fields("264") if each.indicator2 == PUBLICATION),
        *record.get_fields("260"),
        *record.get_fields("264"),
    ]
    written = [*(_text(each, "c") for each in imprints), _control(record, _YEAR)]
    read = (dates.read(each.strip(" .[]()?©cp")) for each in written)
    if day := next((each.day for each in read if each), None):
        return day.isoformat()
    if said := next(filter(None, written[:-1]), ""):
        notes.append(note("publishedDate", f'"{said[:100]}" is no date that can be read.'))
    return None


def _subjects(record: Record) -> list[str]:
    topics = [*_values(record, "650", "a"), *_values(record, "655", "a")]
    return [_unpunctuated(texts.line(each)) for each in topics]


def _format(record: Record) -> str | None:
    """Read the qualifier of the ISBN that is taken: "(pbk.)" behind it, or a subfield."""
    for field in record.get_fields("020"):
        if isbns.read(field.get_subfields("a")):
            text = " ".join(field.get_subfields("a", "q"))
            return next((form for form, words in FORMATS if words.search(text)), None)
    return None

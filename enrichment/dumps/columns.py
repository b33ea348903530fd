r"""Values of records as columns of COPY's text format: `\N` for none, a backslash doubled.

https://www.postgresql.org/docs/18/sql-copy.html. The rules are those of `sources`. A shortcut here
does no more than see that a rule has nothing to do, or remember what it made of the same text.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache, wraps
from typing import TYPE_CHECKING

from enrichment.sources import dates, texts
from enrichment.sources.openlibrary_fields import covers, languages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from enrichment.dumps.shapes import Reference

NONE = r"\N"
LONGEST_NAME = 500
"""Characters of an author's name, as `importing.catalog_writes` cuts it."""
REMEMBERED = 1 << 15
"""How many dates, and how many languages, are remembered."""
LONGEST_REMEMBERED = 64
"""Characters of a text that is remembered: nobody repeats longer ones."""


def remembered(rule: Callable[[str], str]) -> Callable[[str], str]:
    """Remember what a rule made of short texts, a bounded number of them."""
    known = lru_cache(REMEMBERED)(rule)

    @wraps(rule)
    def remembering(text: str) -> str:
        return known(text) if len(text) <= LONGEST_REMEMBERED else rule(text)

    return remembering


def title(text: str) -> str:
    """Give a title as a column; empty where it shows nothing."""
    return escaped(text if is_clean(text) else texts.line(text))


def name(text: str) -> str:
    """Give an author's name as a column; empty where it shows nothing."""
    cleaned = text if is_clean(text) else texts.line(text)
    return escaped(cleaned[:LONGEST_NAME].rstrip())


def escaped(text: str) -> str:
    """Write a cleaned line, which has neither tabs nor line breaks, as a column."""
    return text.replace("\\", "\\\\")


def is_clean(text: str) -> bool:
    """Whether `texts.line` would give this very text back; False where that takes longer to see.

    Printable characters are letters, marks, numbers, punctuation, symbols and the one space. No
    mark stands in front, so the text shows something.
    """
    return (
        text.isprintable()
        and len(text) <= texts.LINE
        and "<" not in text
        and "&" not in text
        and "  " not in text
        and text[-1:] != " "
        and (text[:1] > " " if text.isascii() else _is_clean_unicode(text))
    )


def _is_clean_unicode(text: str) -> bool:
    first = text[0]
    return ("!" <= first <= "~" or first.isalpha()) and unicodedata.is_normalized("NFC", text)


@remembered
def year(text: str) -> str:
    """Give the year of a date as a column."""
    return column(dates.year_of(text))


@remembered
def published(text: str) -> str:
    """Give a date as three columns: its year, the day if it names one, and what is written."""
    raw = texts.line(text)
    found = dates.read(raw)
    day = found.day if found and found.precision == "day" else None
    return date_columns(found.day.year if found else None, day, raw)


def date_columns(year: int | None, day: date | None, raw: str | None) -> str:
    return f"{column(year)}\t{column(day)}\t{escaped(raw or '') or NONE}"


@remembered
def language(key: str) -> str:
    """Give a reference to a language as a column."""
    return column(next(iter(languages([key])), None))


def first_language(references: Sequence[Reference]) -> str:
    """Give the first of several references that names a language."""
    for each in references:
        if (found := language(each.key)) != NONE:
            return found
    return NONE


def cover(numbers: Sequence[int | None]) -> str:
    """Give the address of the first cover as a column."""
    return column(next(iter(covers(numbers)), None)) if numbers else NONE


def column(value: date | int | str | None) -> str:
    """Write what has no backslash: a number, an ISO date, an address."""
    return NONE if value is None else str(value)

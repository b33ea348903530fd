r"""Values of records as columns of COPY's text format: `\N` for none, a backslash doubled.

https://www.postgresql.org/docs/18/sql-copy.html. The rules are those of `sources`. A shortcut here
does no more than see that a rule has nothing to do, or remember what it made of the same text.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from enrichment.sources import dates, texts
from enrichment.sources.openlibrary_fields import COVER, covers, languages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from enrichment.dumps.shapes import Reference

NONE = r"\N"
LONGEST_NAME = 500
"""Characters of an author's name, as `importing.catalog_writes` cuts it."""
REMEMBERED = 1 << 16
"""How many dates, and how many languages, are remembered."""
LONGEST_REMEMBERED = 64
"""Characters of a text that is remembered: nobody repeats longer ones."""

_BEFORE_NUMBER, _, _AFTER_NUMBER = COVER.partition("{}")
_PLAIN_NUMBERS = 10**9


class Remembered(dict[str, str]):
    """What a rule makes of texts, by the texts: short ones are remembered, a bounded number."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, text: str) -> str:
        found = self._rule(text)
        if len(text) <= LONGEST_REMEMBERED and len(self) < REMEMBERED:
            self[text] = found
        return found


def title_column(text: str) -> str:
    """Give a title as a column; empty where it shows nothing."""
    return text if is_plain(text) else escaped(texts.line(text))


def name_column(text: str) -> str:
    """Give an author's name as a column; empty where it shows nothing."""
    if len(text) <= LONGEST_NAME and is_plain(text):
        return text
    return escaped(texts.line(text)[:LONGEST_NAME].rstrip())


def escaped(text: str) -> str:
    """Write a cleaned line, which has neither tabs nor line breaks, as a column."""
    return text.replace("\\", "\\\\")


def is_plain(text: str) -> bool:
    """Whether a text is its own column; False where that takes longer to see.

    Printable characters are letters, marks, numbers, punctuation, symbols and the one space, and a
    text that begins with a letter or with a sign of ASCII shows something.
    """
    return (
        text.isprintable()
        and "<" not in text
        and "&" not in text
        and "\\" not in text
        and "  " not in text
        and text[-1:] > " "
        and (" " < text[0] <= "~" or text[0].isalpha())
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
        and len(text) <= texts.LINE
    )


def _year(text: str) -> str:
    return column(dates.year_of(text))


def _published(text: str) -> str:
    raw = text if is_plain(text) else texts.line(text)
    found = dates.read(raw)
    day = found.day if found and found.precision == "day" else None
    return date_columns(found.day.year if found else None, day, raw)


def _language(key: str) -> str:
    return column(next(iter(languages([key])), None))


YEARS = Remembered(_year)
"""The years of dates."""
PUBLISHED = Remembered(_published)
"""Dates as three columns: the year, the day if it names one, and what is written."""
LANGUAGES = Remembered(_language)
"""References to languages as tags."""


def date_columns(year: int | None, day: date | None, raw: str | None) -> str:
    return f"{column(year)}\t{column(day)}\t{escaped(raw or '') or NONE}"


def first_language(references: Sequence[Reference]) -> str:
    """Give the first of several references that names a language."""
    for each in references:
        if (found := LANGUAGES[each.key]) != NONE:
            return found
    return NONE


def cover(numbers: Sequence[int | None]) -> str:
    """Give the address of the first cover."""
    first = numbers[0] if numbers else None
    if first is not None and 0 < first < _PLAIN_NUMBERS:
        return f"{_BEFORE_NUMBER}{first}{_AFTER_NUMBER}"
    return column(next(iter(covers(numbers)), None))


def column(value: date | int | str | None) -> str:
    """Write what has no backslash: a number, an ISO date, an address."""
    return NONE if value is None else str(value)

"""The cells of one row by the names of their columns, and what could not be taken of them."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from catalog.isbn import to_isbn13
from enrichment.dumps import isbns
from enrichment.sources import dates, texts

MOST_STARS = 5
EARLIEST_YEAR = -5_000
_SHOWN = 60
_SHELF = 200

# So a spreadsheet is kept from making a number of a text.
_FORMULA = re.compile(r'=\s*"(.*)"', re.DOTALL)
_YEAR = re.compile(r"(-?[0-9]{1,4})(?:\.0+)?")
_DATE = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[T ].*)?")
_ASIN = re.compile(r"B[0-9A-Z]{9}")
_NOTHING = re.compile(r"[0\s-]*|null|none|n/a", re.IGNORECASE)
_SHORTENED = re.compile(r"([0-9]{6,8}[0-9Xx])(?:\.0+)?")
"""An ISBN-10 whose zeros in front a spreadsheet took away: up to three occur."""
_SCIENTIFIC = re.compile(r"([0-9])[.,]([0-9]+)[eE]\+?([0-9]{1,2})")
_ISBN_10, _ISBN_13 = 10, 13
"""Digits."""


@dataclass(frozen=True, slots=True)
class Record:
    """A row as it stands: its cells by folded names of columns, and how it is not as it should."""

    line: int
    values: dict[str, str]
    note: str = ""
    is_too_wide: bool = False
    """Whether there are more cells than columns, so that some may stand in the wrong one."""
    problem: str | None = None


class Cells:
    """Reads values; each that does not say what its column is for leaves a note."""

    def __init__(self, record: Record) -> None:
        self.line = record.line
        self._values = record.values
        self.notes: list[str] = []
        self.misfit = ""
        """The first note on a value that says nothing like what its column is for."""
        self.problem: str | None = None

    def refuse(self, problem: str) -> None:
        self.problem = self.problem or problem

    def _tell_misfit(self, note: str) -> None:
        self.misfit = self.misfit or note
        self.notes.append(note)

    def text(self, name: str) -> str:
        value = self._values.get(name, "").strip()
        if value.startswith("="):
            found = _FORMULA.fullmatch(value)
            return found[1].strip() if found else value
        return value

    def bare(self, name: str) -> str:
        """Read a text that may stand in square brackets."""
        return self.text(name).strip("[]").strip()

    def shelf(self, name: str) -> str:
        return texts.line(self.text(name), _SHELF)

    def isbns(self, *names: str) -> tuple[str, ...]:
        """Read all ISBNs; where there is no valid one, notes say what stands there instead."""
        values = [value for name in names if not _NOTHING.fullmatch(value := self.bare(name))]
        found = isbns.read([*values[:1]], [*values[1:]]) or _restored(values)
        if not found:
            for value in dict.fromkeys(values):
                self._tell_no_isbn(value)
        return found

    def _tell_no_isbn(self, value: str) -> None:
        if _SCIENTIFIC.fullmatch(value):
            self.notes.append(f"The ISBN {shown(value)} has lost its digits in a spreadsheet.")
        elif _ASIN.fullmatch(value):
            self.notes.append(f"{value} is Amazon's own number (ASIN), not an ISBN.")
        else:
            self._tell_misfit(f"The ISBN {shown(value)} is not valid.")

    def rating(self, name: str) -> Decimal | None:
        """Read stars, 0 for none; what is not in quarters is taken to the nearest one."""
        raw = self.text(name).replace(",", ".")
        if _NOTHING.fullmatch(raw):
            return None
        try:
            stars = Decimal(raw)
            in_range = 0 <= stars <= MOST_STARS
        except InvalidOperation:
            in_range = False
        if not in_range:
            self._tell_misfit(f"The rating {shown(raw)} is not between 0 and {MOST_STARS}.")
            return None
        nearest = (stars * 4).to_integral_value() / 4
        if nearest != stars:
            self.notes.append(f"The rating {shown(raw)} was taken as {nearest}.")
        return nearest or None

    def day(self, name: str) -> date | None:
        """Read a day; of what is less than that, or can be read in two ways, nothing is taken."""
        raw = self.bare(name)
        if _NOTHING.fullmatch(raw):
            return None
        found = _day(raw)
        if found is None:
            self._tell_misfit(f"The date {shown(raw)} names no day for certain.")
        return found

    def has_date(self, name: str) -> bool:
        """Say whether a date stands there, be it less than a day: "2007"."""
        return dates.year_of(self.bare(name)) is not None

    def year(self, name: str) -> int | None:
        """Read a year, which may be before our era; 0 is none."""
        raw = self.bare(name)
        if _NOTHING.fullmatch(raw):
            return None
        found = _YEAR.fullmatch(raw)
        number = int(found[1]) if found else 0
        year = number if EARLIEST_YEAR <= number < 0 else dates.possible_year(number)
        if year is None:
            self._tell_misfit(f"The year {shown(raw)} cannot be that of a book.")
        return year


def shown(value: str) -> str:
    """Give a value for a sentence about it."""
    return texts.cut(texts.line(value), _SHOWN) or "(nothing that can be shown)"


def _day(raw: str) -> date | None:
    # Nearly all are written with the year in front.
    if found := _DATE.fullmatch(raw):
        with suppress(ValueError):
            return date(int(found[1]), int(found[2]), int(found[3]))
        return None
    read = dates.read(raw)
    return read.day if read and read.precision == "day" else None


def _restored(values: list[str]) -> tuple[str, ...]:
    """Give ISBNs that a spreadsheet took for numbers, as far as no digit is lost for good."""
    found: dict[str, None] = {}
    for value in values:
        with suppress(ValueError):
            found[to_isbn13(_digits(value))] = None
    return tuple(found)


def _digits(value: str) -> str:
    if short := _SHORTENED.fullmatch(value):
        return short[1].zfill(_ISBN_10)
    written = _SCIENTIFIC.fullmatch(value)
    if written and len(written[1] + written[2]) == _ISBN_13 == int(written[3]) + 1:
        return written[1] + written[2]
    return ""

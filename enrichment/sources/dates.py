"""Dates of publication, which people typed as they liked (external-services.md, section 2.4)."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime

from enrichment.records import PublishDate

YEARS_AHEAD = 2
"""Books are announced that early; a year further off is a slip or a joke."""

_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_GAP = r"[\s,-]+"
_YEAR_LAST = r"(?P<year>[0-9]{4})"
_WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_MONTH}{_GAP}{_DAY}{_GAP}{_YEAR_LAST}",
        rf"{_DAY}(?:{_GAP}|\s+of\s+){_MONTH}{_GAP}{_YEAR_LAST}",
        rf"{_MONTH}{_GAP}{_YEAR_LAST}",
    )
)
# Google adds a time of day now and then.
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:T.*)?")
_YEAR_AND_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_NUMBERS = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")


def read(raw: str) -> PublishDate | None:
    """Read as much of a date as is beyond doubt; None when not even the year is.

    The year is the first run of exactly four digits, as Open Library itself reads it. A day counts
    only where the whole text is a date that can be read in one way: of "01/02/2001" the year stays.
    """
    year = year_of(raw)
    if year is None:
        return None
    precise = _written(raw.strip()) or _in_numbers(raw.strip())
    return precise or PublishDate(date(year, 1, 1), "year")


def year_of(raw: str) -> int | None:
    found = _YEAR.search(raw)
    return possible_year(int(found[0])) if found else None


def possible_year(value: object) -> int | None:
    """Give a number as a year, unless no book can have it."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 1 <= value <= datetime.now(UTC).year + YEARS_AHEAD else None


def _written(raw: str) -> PublishDate | None:
    """Read "January 5, 2006", "5 January 2006" and "January 2006"."""
    for pattern in _WRITTEN:
        found = pattern.fullmatch(raw)
        if found and (month := _MONTHS.get(found["month"].lower())):
            return _precise(found["year"], month, found.groupdict().get("day"))
    return None


def _in_numbers(raw: str) -> PublishDate | None:
    if found := _YEAR_FIRST.fullmatch(raw):
        return _precise(found[1], found[3], found[4])
    if found := _YEAR_AND_MONTH.fullmatch(raw):
        return _precise(found[1], found[2], None)
    if found := _NUMBERS.fullmatch(raw):
        return _either_way(found[4], found[1], found[3])
    return None


def _either_way(year: str, first: str, second: str) -> PublishDate | None:
    """Read day and month in any order; nothing when both orders give a date, and another one."""
    readings = {_precise(year, first, second), _precise(year, second, first)} - {None}
    return readings.pop() if len(readings) == 1 else None


def _precise(year: str, month: str | int, day: str | None) -> PublishDate | None:
    with suppress(ValueError):
        return PublishDate(
            date(int(year), int(month), int(day or 1)), "month" if day is None else "day"
        )
    return None

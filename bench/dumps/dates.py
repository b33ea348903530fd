"""Dates of publication, in the shapes in which people typed them (external-services.md, 2.4).

Each shape knows what is beyond doubt in it: the year is the first run of exactly four digits, and a
day counts only where the whole text can be read in one way.
"""

from __future__ import annotations

from calendar import month_name
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MONTHS = month_name[1:]


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a shape writes down; of every month there are 28."""

    year: int
    month: int
    day: int

    @property
    def name(self) -> str:
        return MONTHS[self.month - 1]


@dataclass(frozen=True, slots=True)
class Published:
    """What an edition says, and what can be taken of it."""

    raw: str | None
    year: int | None = None
    day: date | None = None


Shape = tuple[int, "Callable[[Day], str]"]
# How often of 256, and the text.
TO_THE_DAY: tuple[Shape, ...] = (
    (80, lambda at: f"{at.name} {at.day}, {at.year}"),
    (10, lambda at: f"{at.name[:3]} {at.day:02}, {at.year}"),
    (8, lambda at: f"{at.year:04}-{at.month:02}-{at.day:02}"),
    (2, lambda at: f"{at.day} {at.name} {at.year}"),
    (1, lambda at: f"{at.name.upper()} {at.day}st, {at.year}"),
    (1, lambda at: f"{at.month:02}/{at.month:02}/{at.year}"),
)
TO_THE_YEAR: tuple[Shape, ...] = (
    (90, lambda at: f"{at.year}"),
    (20, lambda at: f"{at.name} {at.year}"),
    (2, lambda at: f"{at.year}-{at.month:02}"),
    (2, lambda at: f"c{at.year}"),
    (1, lambda at: f"[{at.year}]"),
    (1, lambda at: f"{at.year}?"),
    (1, lambda at: f" /{at.year}"),
    (1, lambda at: f"published in {at.year}"),
    (1, lambda at: f"{at.name.upper()}-{at.year}"),
    (1, lambda at: f"{at.name} 99, {at.year}"),
    (1, lambda at: f"01.02.{at.year}"),
    (1, lambda at: f"{at.year}, c{at.year - 1}"),
    (1, lambda at: f"12345 {at.year}"),
)
NOTHING: tuple[Shape, ...] = (
    (1, lambda _: "[n.d.]"),
    (1, lambda _: "????"),
    (1, lambda _: "190u"),
    (1, lambda _: "Jan 1st, 3000"),
    (1, lambda _: "December 99, 9999"),
    (1, lambda _: "21.2.44"),
)


def _published(text: Callable[[Day], str], at: Day, precision: str) -> Published:
    raw = text(at)
    day = date(at.year, at.month, at.day) if precision == "day" else None
    return Published(raw, None if precision == "" else at.year, day)


def _table() -> list[tuple[Callable[[Day], str], str]]:
    table = []
    for precision, shapes in (("day", TO_THE_DAY), ("year", TO_THE_YEAR), ("", NOTHING)):
        for often, text in shapes:
            table += [(text, precision)] * often
    return table


TABLE = _table()


def published(drawn: tuple[int, ...], version: int) -> Published:
    """Give the date of an edition with four draws; a changed record has another year."""
    place = drawn[0] >> 8
    if place >= len(TABLE):
        return Published(None)
    text, precision = TABLE[place]
    # Seven of eight are of the last eighty years.
    years = 400 if drawn[1] & 7 == 0 else 80
    # A day above twelve, lest it could be a month.
    at = Day(2024 - version - drawn[1] % years, 1 + drawn[2] % 12, 13 + drawn[3] % 16)
    if "/" in text(at)[:3]:
        at = Day(at.year, at.month, at.month)
    return _published(text, at, precision)

"""Which numbers of Open Library's ids are what: alive, merged, deleted, broken, or nothing at all.

    1 .. alive | redirects | deleted | broken | missing | added in month 2 | in month 3 | ...

What is alive in the first month may be merged into another, or go, in a later one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from bench.dumps.draws import draws, even, share

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANGED, MERGED, GONE = share(0.02), share(0.021), share(0.0215)
"""Of what is alive, in each month after the first: a draw below the first of them, and so on."""
ADDED = 200
"""Of so many records there is one more each month."""
PATTERN = 500
"""Every so many redirects the odd ones come again."""


class Fate(Enum):
    ALIVE = "alive"
    REDIRECT = "redirect"
    DELETED = "deleted"
    BROKEN = "broken"
    MISSING = "missing"


class Odd(Enum):
    """Redirects that lead to nobody, by the names of `enrichment.dumps.reasons`."""

    CYCLE = "redirect_cycle"
    MISSING = "redirect_dangling"
    OTHER_KIND = "redirect_to_another_kind"
    NO_TARGET = "redirect_nowhere"


@dataclass(frozen=True)
class Kind:
    """A kind of record, and how many of a thousand are merged into others, and deleted."""

    name: str
    letter: str
    folder: str
    field: str
    file: str
    redirects: float
    deletes: float
    may_go: bool = True

    def id(self, number: int) -> str:
        return f"OL{number}{self.letter}"

    def key(self, number: int) -> str:
        return f"/{self.folder}/OL{number}{self.letter}"


# The real numbers: external-services.md, sections 2.3 and 2.5.
AUTHOR = Kind("author", "A", "authors", "name", "authors", 35, 5, may_go=False)
WORK = Kind("work", "W", "works", "title", "works", 27, 5)
EDITION = Kind("edition", "M", "books", "title", "editions", 2, 5)


@dataclass(frozen=True)
class Space:
    """The numbers of one kind in one month."""

    kind: Kind
    alive: int
    seed: int
    month: int = 1

    @cached_property
    def ends(self) -> tuple[int, int, int, int]:
        """Give the last numbers of redirects, deleted, broken and missing ones."""
        redirects = self.alive + round(self.alive * self.kind.redirects / 1000) + 20
        deleted = redirects + round(self.alive * self.kind.deletes / 1000) + 5
        broken = deleted + self.alive // 2000 + 22
        return redirects, deleted, broken, broken + self.alive // 1000 + 10

    @cached_property
    def added(self) -> int:
        return max(1, self.alive // ADDED)

    @cached_property
    def last(self) -> int:
        return self.ends[-1] + self.added * (self.month - 1)

    def fate(self, number: int) -> Fate:
        redirects, deleted, broken, missing = self.ends
        if number <= self.alive:
            return self.later_fate(number) if self.month > 1 else Fate.ALIVE
        if number <= redirects:
            return Fate.REDIRECT
        if number <= deleted:
            return Fate.DELETED
        if number <= broken:
            return Fate.BROKEN
        return Fate.MISSING if number <= missing else Fate.ALIVE

    def later_fate(self, number: int) -> Fate:
        """Tell what has become by now of one that was alive in the first month."""
        for draw in self._months(number):
            if CHANGED <= draw < MERGED:
                return Fate.REDIRECT
            if MERGED <= draw < GONE and self.kind.may_go:
                return Fate.DELETED
        return Fate.ALIVE

    def version(self, number: int) -> int:
        """Count the months in which a record was changed."""
        if self.month == 1 or number > self.alive:
            return 0
        return sum(draw < CHANGED for draw in self._months(number))

    def is_changed(self, number: int) -> bool:
        """Tell whether this month changed the record, which last month was there already."""
        months = self._months(number) if self.month > 1 and number <= self.alive else ()
        return bool(months) and months[-1] < CHANGED

    def is_new(self, number: int) -> bool:
        return self.month > 1 and number > self.last - self.added

    def _months(self, number: int) -> tuple[int, ...]:
        return draws(self.seed, f"{self.kind.name} months", number)[: self.month - 1]

    def target(self, number: int) -> int | Odd:
        """Give where a redirect leads, the next step alone."""
        index = number - self.alive - 1
        place = index % PATTERN
        if index < 0 or place > 16 or index + 1 >= self.ends[0] - self.alive:
            return self._somebody(number)
        if place in {0, 3, 4, 10, 11, 12, 13}:
            # A cycle of two, one of three, and a chain of five.
            return number + 1
        if place in {1, 5}:
            return number - (1 if place == 1 else 2)
        return self._odd(number, place)

    def _somebody(self, number: int) -> int:
        drawn = draws(self.seed, f"{self.kind.name} redirect", number)
        found = even(drawn[0], drawn[1], self.alive)
        return found if found != number else found % self.alive + 1

    def _odd(self, number: int, place: int) -> int | Odd:
        _, deleted, _, missing = self.ends
        led: dict[int, int | Odd] = {
            2: number,
            6: missing,
            7: Odd.OTHER_KIND,
            8: deleted,
            15: number - 9,
            16: Odd.NO_TARGET,
        }
        return led.get(place) or self._somebody(number)

    def resolve(self, number: int) -> int | Odd:
        """Follow redirects to a record that is alive."""
        seen = set()
        while (fate := self.fate(number)) is Fate.REDIRECT:
            seen.add(number)
            led = self.target(number)
            if isinstance(led, Odd):
                return led
            if led in seen:
                return Odd.CYCLE
            number = led
        return number if fate is Fate.ALIVE else Odd.MISSING

    def in_key_order(self) -> Iterator[int]:
        """Give all numbers as their keys are sorted: OL10A comes before OL1A, as text."""
        for first in range(1, 10):
            yield from self._from(first)

    def _from(self, number: int) -> Iterator[int]:
        if number * 10 > self.last:
            if number <= self.last:
                yield number
            return
        for longer in range(number * 10, number * 10 + 10):
            yield from self._from(longer)
        yield number

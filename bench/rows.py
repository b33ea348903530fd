"""Made-up rows of a catalog and its readers: the same for the same size, on every machine.

Titles, names and the number of works of an author are as uneven as real ones: a few words are in
many titles, a few authors wrote much.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from stdnum import ean

if TYPE_CHECKING:
    from collections.abc import Iterator

    Rows = Iterator[tuple[Any, ...]]

AUTHOR, WORK, EDITION, READER, MEMBER, PUBLISHER = range(1, 7)
SYLLABLES = (
    "ba",
    "den",
    "fo",
    "gri",
    "hal",
    "jo",
    "kam",
    "le",
    "mur",
    "no",
    "pel",
    "qui",
    "ras",
    "sto",
)
WORDS = len(SYLLABLES) ** 3
STATUSES = ["to_read"] * 10 + ["read"] * 8 + ["in_progress", "hidden"]
LEGIMI = [True, False, None, None]
PUBLISHERS = 100
FAVOURITES = 20
"""Of so many authors, who wrote the most, the big shelf holds all works."""


@dataclass(frozen=True)
class Sizes:
    """How many rows there are of each kind, in proportion to the works."""

    works: int

    @property
    def editions(self) -> int:
        return self.works * 154 // 100

    @property
    def authors(self) -> int:
        return self.works * 79 // 100

    @property
    def readers(self) -> int:
        return max(2, self.works * 200 // 100_000)

    @property
    def big_shelf(self) -> int:
        """How much the first reader has: as much as a reader may."""
        return min(5_000, self.works // 2)

    @property
    def shelf(self) -> int:
        return min(50, self.works // 2)


def row_id(kind: int, number: int) -> UUID:
    """Give the id of a row: ascending, as the UUIDs of version 7 are that the project makes."""
    return UUID(int=0x01900000 << 96 | kind << 80 | 7 << 76 | 2 << 62 | number)


def word(rank: int) -> str:
    """Give the word of a rank from 0 to WORDS - 1; low ranks are the frequent ones."""
    base = len(SYLLABLES)
    high, low = divmod(rank, base)
    return SYLLABLES[high // base] + SYLLABLES[high % base] + SYLLABLES[low]


def isbn13(number: int) -> str:
    stem = f"978{number:09d}"
    return stem + str(ean.calc_check_digit(stem))


def edition_year(number: int) -> int | None:
    return None if number % 10 == 2 else 1900 + number * 7919 % 125


def first_year(number: int) -> int | None:
    """Give a work's own year; three in ten have none and show their edition's."""
    return None if number % 10 < 3 else 1895 + number * 7919 % 125


class Catalog:
    """The rows of one size; each method gives those of one table, for COPY."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        random = Random("names")
        self.names = [f"{_text(random, 1)} {_text(random, 1)}" for _ in range(sizes.authors)]
        random = Random("links")
        self.wrote = [self._writers(number, random) for number in range(sizes.works)]

    def _writers(self, number: int, random: Random) -> list[int]:
        """Give one or two authors: each author has a work, what is left goes to a few."""
        first = number if number < self.sizes.authors else self._prolific(random)
        second = self._prolific(random) if random.random() < 0.3 else first
        return list(dict.fromkeys([first, second]))

    def _prolific(self, random: Random) -> int:
        return int(self.sizes.authors * random.random() ** 2)

    def authors(self) -> Rows:
        for number, name in enumerate(self.names):
            yield row_id(AUTHOR, number), name, f"OL{number + 1}A"

    def works(self) -> Rows:
        random = Random("titles")
        for number, writers in enumerate(self.wrote):
            first = first_year(number)
            yield (
                row_id(WORK, number),
                _text(random, random.randint(2, 6)),
                f"OL{number + 1}W",
                first,
                edition_year(number) if first is None else first,
                row_id(EDITION, number),
                " ".join(self.names[writer] for writer in writers),
            )

    def links(self) -> Rows:
        for number, writers in enumerate(self.wrote):
            for position, writer in enumerate(writers):
                yield row_id(AUTHOR, writer), row_id(WORK, number), position

    def editions(self) -> Rows:
        """Give one edition of each work, and a second one of the first half or so."""
        random = Random("editions")
        for number in range(self.sizes.editions):
            yield (
                row_id(EDITION, number),
                row_id(WORK, number % self.sizes.works),
                _text(random, 4),
                f"OL{number + 1}M",
                edition_year(number),
                isbn13(number) if number % 5 else None,
                f"https://covers.openlibrary.org/b/id/{number}-M.jpg" if number % 3 else None,
                "en" if number % 4 else "pl",
            )

    def shelves(self) -> Rows:
        for reader in range(self.sizes.readers):
            for place, number in enumerate(self.shelf_of(reader)):
                status, legimi = STATUSES[place % 20], LEGIMI[place // 20 % 4]
                yield row_id(READER, reader), row_id(WORK, number), status, legimi

    def shelf_of(self, reader: int) -> list[int]:
        """Give the numbers of the works that a reader has."""
        works = self.sizes.works
        if reader:
            picked = ((reader * 7919 + place * 31) % works for place in range(self.sizes.shelf))
            return list(dict.fromkeys(picked))
        favourites = [number for number, who in enumerate(self.wrote) if who[0] < FAVOURITES]
        spread = range(0, works, works // self.sizes.big_shelf)
        return list(dict.fromkeys([*favourites, *spread]))[: self.sizes.big_shelf]

    def followed(self) -> Rows:
        for reader in range(self.sizes.readers):
            for number in range(min(10 if reader else 300, self.sizes.authors)):
                yield row_id(READER, reader), row_id(AUTHOR, number)


def _text(random: Random, words: int) -> str:
    ranks = (int(WORDS * random.random() ** 2) for _ in range(words))
    return " ".join(word(rank) for rank in ranks).title()

"""What a correct load of the generated dumps must give, counted while they are written.

Rows are counted as they stand when readers see them: references are followed through redirects,
and what leads to nothing alive is not there. A sum tells which rows are meant: each row adds a
product of the numbers in its ids, and so the order does not matter.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from bench.dumps.space import Odd, Space

if TYPE_CHECKING:
    from pathlib import Path

    from bench.dumps.records import AuthorRecord, Catalog, EditionRecord, WorkRecord

FILE = "truth.json"
SAMPLES = 200
ODD_SAMPLES = 8
"""Of each dirt in a text."""
NOTHING = 2**63 - 1
LATEST_YEAR, LATEST_DAY = 4095, 511


@dataclass
class Truth:
    """Everything counted; `samples` are whole rows by their Open Library id."""

    catalog: Catalog
    rows: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)
    refused: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    lines: Counter[str] = field(default_factory=Counter)
    changes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    samples: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        """Make room for the best edition of each work, and for the ISBNs on several editions."""
        self._best = array("q", [NOTHING]) * (self.catalog.works.last + 1)
        self._held = bytearray(self.catalog.shared_isbns)
        self._dirts: Counter[str] = Counter()

    def author(self, number: int, record: AuthorRecord) -> None:
        self.rows["authors"] += 1
        self._change(self.catalog.authors, number)
        if self._is_sampled("authors", number, record):
            name = record.text.kept[:500].rstrip()
            self.samples["authors"][f"OL{number}A"] = {"name": name}

    def work(self, number: int, record: WorkRecord) -> None:
        self.rows["works"] += 1
        self._change(self.catalog.works, number)
        resolved = (self.catalog.authors.resolve(each) for each in record.authors)
        authors = dict.fromkeys(each for each in resolved if not isinstance(each, Odd))
        self.rows["author_works"] += len(authors)
        self.sums["author_works"] += number * sum(authors)
        if self._is_sampled("works", number, record):
            self.samples["works"][f"OL{number}W"] = {
                "title": record.text.kept,
                "first_publish_year": record.first_year,
                "authors": [f"OL{each}A" for each in authors],
            }

    def edition(self, number: int, record: EditionRecord, named: int | None) -> None:
        """Count an edition under the work that it names, or the one that this was merged into."""
        work = None if named is None else self.catalog.works.resolve(named)
        if work is None or isinstance(work, Odd):
            self.refused["editions"]["no_work" if work is None else "dangling_work"] += 1
            return
        self.rows["editions"] += 1
        self._change(self.catalog.editions, number)
        self.sums["editions"] += work * number
        self._isbns(number, record)
        self._best[work] = min(self._best[work], _rank(number, record))
        if self._is_sampled("editions", number, record):
            self.samples["editions"][f"OL{number}M"] = _edition_sample(work, record)

    def _change(self, space: Space, number: int) -> None:
        self.changes[space.kind.file]["added"] += space.is_new(number)
        self.changes[space.kind.file]["updated"] += space.is_changed(number)

    def _isbns(self, number: int, record: EditionRecord) -> None:
        """Count ISBNs, and the editions whose own one no other edition has as its own."""
        self.rows["edition_isbns"] += len(record.isbns)
        self.sums["edition_isbns"] += number * sum(int(isbn) % 1_000_003 for isbn in record.isbns)
        if not record.isbns:
            return
        place = record.shared_isbn
        self.rows["editions with isbn13"] += place is None or not self._held[place]
        if place is not None:
            self._held[place] = 1

    def alias(self, old: int, live: int | Odd) -> None:
        """Count a redirect whose end is there, or the reason why it is not taken."""
        if isinstance(live, Odd):
            self.refused["redirects"][live.value] += 1
            return
        self.rows["openlibrary_aliases"] += 1
        self.sums["openlibrary_aliases"] += old * live

    def _is_sampled(self, table: str, number: int, record: Any) -> bool:
        """Sample evenly, and the first records of each dirt."""
        size = {"authors": 0, "works": 1, "editions": 2}[table]
        if number % max(1, self.catalog.sizes[size] // SAMPLES) == 0:
            return True
        dirt = record.text.dirt
        if dirt is None:
            return False
        self._dirts[f"{table} {dirt.name}"] += 1
        return self._dirts[f"{table} {dirt.name}"] <= ODD_SAMPLES

    def write(self, folder: Path) -> dict[str, Any]:
        """Write everything to truth.json in the folder, and give it."""
        for work, best in enumerate(self._best):
            if best != NOTHING:
                self.rows["works with a primary edition"] += 1
                self.sums["primary editions"] += work * (best & (2**40 - 1))
        said = {
            "sizes": self.catalog.sizes,
            "seed": self.catalog.seed,
            "month": self.catalog.month,
            "lines": self.lines,
            "rows": self.rows,
            # Some are beyond the integers of JSON.
            "sums": {name: str(total) for name, total in self.sums.items()},
            "refused": self.refused,
            "changes": self.changes,
            "samples": self.samples,
        }
        (folder / FILE).write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))
        return said


def _rank(number: int, record: EditionRecord) -> int:
    """Give what the edition that stands for a work has least of.

    The earliest with a cover and an ISBN, else the earliest; then the day, then the id.
    """
    lacks = record.cover is None or not record.isbns
    at = record.published
    year = LATEST_YEAR if at.year is None else at.year
    day = LATEST_DAY if at.day is None else at.day.timetuple().tm_yday
    return lacks << 61 | year << 49 | day << 40 | number


def _edition_sample(work: int, record: EditionRecord) -> dict[str, Any]:
    cover = record.cover
    return {
        "work": f"OL{work}W",
        "title": record.text.kept,
        "publish_year": record.published.year,
        "publish_date": record.published.day and record.published.day.isoformat(),
        "publish_date_raw": record.published.raw and record.published.raw.strip(),
        "isbns": sorted(record.isbns),
        "cover_url": cover and f"https://covers.openlibrary.org/b/id/{cover}-L.jpg",
        "language": record.language,
    }

"""Writes dumps in the official layout: gzip, five columns, sorted by key as text.

A month's dumps are the same for the same sizes and seed, on every machine; the next month's repeat
them but for what changed. Nothing of a record is kept, only some bytes for each number.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import IO, TYPE_CHECKING, Any, cast

from isal import igzip_threaded

from bench.dumps.dirt import broken_line
from bench.dumps.draws import draws
from bench.dumps.records import Catalog, Editions, work_of
from bench.dumps.space import AUTHOR, EDITION, WORK, Fate, Odd, Space
from bench.dumps.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FIRST_MONTH = date(2026, 9, 30)
BATCH = 2_000
"""Lines that are compressed at once."""
TWICE = 1_000
"""Of so many records one stands there twice, its older revision in front."""
OLDER = ', "{}": "An older revision", "works": [{{"key": "/works/OL1W"}}]'


@dataclass
class Sheet:
    """One of the files: takes lines, and writes them in batches."""

    file: IO[bytes]
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, line: str) -> None:
        self.lines.append(line)
        if len(self.lines) == BATCH:
            self.flush()

    def flush(self) -> None:
        self.count += len(self.lines)
        # One broken line has a byte that is no UTF-8.
        text = "".join(f"{line}\n" for line in self.lines)
        self.file.write(text.encode("utf-8", "surrogateescape"))
        self.lines.clear()


def make(folder: Path, sizes: tuple[int, int, int], seed: int, month: int = 1) -> dict[str, Any]:
    """Write the dumps of a month with so many authors, works and editions; give the truth."""
    folder.mkdir(parents=True, exist_ok=True)
    catalog = Catalog(sizes, seed, month)
    truth = Truth(catalog)
    files = {
        "authors": _authors,
        "works": _works,
        "editions": _editions,
        "redirects": _redirects,
        "deletes": _deletes,
    }
    for name, write in files.items():
        with _sheet(folder / f"ol_dump_{name}_{_day(month):%Y-%m-%d}.txt.gz") as sheet:
            write(sheet, catalog, truth)
        truth.lines[name] = sheet.count
    return truth.write(folder)


def _day(month: int) -> date:
    """Give the last day of a month, from 1."""
    at = FIRST_MONTH.replace(day=1)
    for _ in range(month):
        at = (at + timedelta(days=31)).replace(day=1)
    return at - timedelta(days=1)


@contextmanager
def _sheet(path: Path) -> Iterator[Sheet]:
    opened = cast("Callable[..., IO[bytes]]", igzip_threaded.open)
    with opened(path, "wb", compresslevel=2) as file:
        sheet = Sheet(file)
        yield sheet
        sheet.flush()


def _alive(sheet: Sheet, space: Space, truth: Truth) -> Iterator[int]:
    """Give the numbers that are alive in the order of their keys; write the broken lines."""
    kind = space.kind
    for number in space.in_key_order():
        fate = space.fate(number)
        if fate is Fate.ALIVE:
            if number % TWICE == 0 and _is_taken(truth.catalog, space, number):
                truth.refused[kind.file]["duplicate_key"] += 1
                sheet.add(_bare_line(kind.name, kind.key(number), OLDER.format(kind.field)))
            yield number
        elif fate is Fate.BROKEN:
            index = number - space.ends[1] - 1
            reason, line = broken_line(index, kind.name, kind.key(number), kind.field)
            truth.refused[kind.file][reason] += 1
            sheet.add(line)


def _authors(sheet: Sheet, catalog: Catalog, truth: Truth) -> None:
    for number in _alive(sheet, catalog.authors, truth):
        record = catalog.author(number)
        sheet.add(record.line)
        truth.author(number, record)


def _works(sheet: Sheet, catalog: Catalog, truth: Truth) -> None:
    for number in _alive(sheet, catalog.works, truth):
        record = catalog.work(number)
        sheet.add(record.line)
        truth.work(number, record)


def _editions(sheet: Sheet, catalog: Catalog, truth: Truth) -> None:
    for number in _alive(sheet, catalog.editions, truth):
        drawn = draws(catalog.seed, EDITION.name, number)
        work = work_of(drawn, number, catalog.works)
        record = catalog.edition(number, drawn, work)
        sheet.add(record.line)
        truth.edition(number, record, work)


def _redirects(sheet: Sheet, catalog: Catalog, truth: Truth) -> None:
    """Write all redirects; the folders' names are in order."""
    for space in (catalog.authors, catalog.editions, catalog.works):
        for number in space.in_key_order():
            if space.fate(number) is Fate.REDIRECT:
                sheet.add(_redirect_line(space, number))
                live = space.resolve(number)
                is_there = isinstance(live, Odd) or _is_taken(catalog, space, live)
                truth.alias(number, live if is_there else Odd.MISSING)


def _is_taken(catalog: Catalog, space: Space, number: int) -> bool:
    """Tell whether a live record is taken: an edition has to name a work."""
    if not isinstance(space, Editions):
        return True
    drawn = draws(catalog.seed, EDITION.name, number)
    return work_of(drawn, number, catalog.works) is not None


OTHER = {AUTHOR: WORK, WORK: AUTHOR, EDITION: WORK}


def _redirect_line(space: Space, number: int) -> str:
    key, target = space.kind.key(number), space.target(number)
    if target is Odd.NO_TARGET:
        location = "null"
    elif target is Odd.OTHER_KIND:
        location = f'"{OTHER[space.kind].key(1)}"'
    elif isinstance(target, int) and number % 250 == 0:
        location = f'"{space.kind.id(target)}"'
    else:
        location = f'"{space.kind.key(target)}"' if isinstance(target, int) else '"/"'
    return _bare_line("redirect", key, f', "location": {location}')


def _deletes(sheet: Sheet, catalog: Catalog, _: Truth) -> None:
    for space in (catalog.authors, catalog.editions, catalog.works):
        for number in space.in_key_order():
            if space.fate(number) is Fate.DELETED:
                sheet.add(_bare_line("delete", space.kind.key(number), ""))


def _bare_line(kind: str, key: str, fields: str) -> str:
    at = "2019-07-31T00:00:00.000000"
    moment = f'{{"type": "/type/datetime", "value": "{at}"}}'
    return (
        f'/type/{kind}\t{key}\t1\t{at}\t{{"created": {moment}, "last_modified": {moment}, '
        f'"latest_revision": 1, "key": "{key}", "type": {{"key": "/type/{kind}"}}{fields}, '
        f'"revision": 1}}'
    )

"""One run: the floor and the command in turn, round after round, each on an empty database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import django
import orjson
import psycopg
from django.db import connections

from bench.dumps import check, generator, loading, readers
from bench.dumps.databases import PROJECT_NAME, Databases
from bench.dumps.truth import FILE
from bench.rows import READER, row_id
from bench.run import person
from bench.servers import PROJECT_SERVER, running
from config.local.processes import StartError, say

if TYPE_CHECKING:
    from pathlib import Path

    from bench.dumps.loading import Load
    from bench.dumps.readers import Answers

LAYOUT = 1
"""Of the made-up dumps, which the next run finds there. Other data, another number."""
SHARES = (200_000, 400_000, 500_000)
"""Authors, works and editions of 1.1 million."""


@dataclass(frozen=True)
class Month:
    """A month's dumps, and what they must give."""

    folder: Path
    truth: dict[str, Any]

    @property
    def lines(self) -> int:
        return sum(self.truth["lines"].values())


@dataclass(frozen=True)
class Round:
    """What one round measured: the floor's parts, the loads, and the readers meanwhile."""

    floor: dict[str, float]
    first: Load
    again: Load
    update: Load
    answers: Answers

    @property
    def ratio(self) -> float:
        return self.first.seconds / sum(self.floor.values())


def month(folder: Path, sizes: tuple[int, int, int], seed: int, number: int) -> Month:
    """Make the dumps of a month, where they are not there yet."""
    made = folder / f"{LAYOUT}-{'-'.join(map(str, sizes))}-{seed}" / str(number)
    if not (made / FILE).exists():
        say(f"making {made}")
        generator.make(made, sizes, seed, number)
    return Month(made, orjson.loads((made / FILE).read_bytes()))


def measure(databases: Databases, dumps: tuple[Month, Month], logs: Path) -> Round:
    """Measure one round; raises StartError where a load does not give what the dumps hold."""
    first, second = dumps
    floor = loading.floor(databases, first.folder)
    say(f"floor: {sum(floor.values()):.1f} s {floor}")
    loaded = first_load(databases, first)
    with psycopg.connect(databases.url(PROJECT_NAME), autocommit=True) as database:
        again = _again(databases, first, database)
        readers.seat(database)
        update, answers = _update(databases, second, database, logs)
        _compare(database, update, second)
    return Round(floor, loaded, again, update, answers)


def first_load(databases: Databases, month: Month) -> Load:
    databases.fresh(PROJECT_NAME)
    loaded = loading.load(databases, month.folder)
    say(f"first load of {month.lines:,} lines: {_told(loaded)}")
    with psycopg.connect(databases.url(PROJECT_NAME)) as database:
        _compare(database, loaded, month)
    return loaded


def _again(databases: Databases, month: Month, database: psycopg.Connection) -> Load:
    before = check.rows_as_they_are(database)
    again = loading.load(databases, month.folder)
    say(f"the same again: {_told(again)}")
    after = check.rows_as_they_are(database)
    if changed := [table for table, rows in after.items() if rows != before[table]]:
        raise StartError(f"The same dumps again have written rows of {', '.join(changed)}.")
    return again


def _update(
    databases: Databases, month: Month, database: psycopg.Connection, logs: Path
) -> tuple[Load, Answers]:
    """Load the next month's dumps while readers read."""
    os.environ.update(databases.project)
    django.setup()
    asked = readers.questions(database, person(row_id(READER, 0)))
    connections.close_all()
    with running(PROJECT_SERVER, logs) as port, readers.reading(port, asked) as answers:
        update = loading.load(databases, month.folder)
    say(f"the next month's: {_told(update)}; readers: p99 {answers.p99:.0f} ms")
    return update, answers


def _compare(database: psycopg.Connection, load: Load, month: Month) -> None:
    if found := check.differences(database, load.refused, month.truth):
        raise StartError("The catalog is not what the dumps hold:\n" + "\n".join(found[:20]))


def _told(load: Load) -> str:
    return f"{load.seconds:.1f} s, {load.peak.together / 2**20:.0f} MiB"

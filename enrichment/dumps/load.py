"""A load of a dump from beginning to end: what is to be done, in which way, and what came of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from enrichment.dumps import apply, changes, derive, exchange, first_load, odd_ids, state
from enrichment.dumps.reading import Reading
from enrichment.dumps.schema import SCHEMA
from enrichment.dumps.steps import Lanes, Results, Step, done_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    import psycopg

    from enrichment.dumps.kinds import Kind

FIRST, NEXT = "first", "next"
"""Ways into the catalog: new tables that are exchanged, or changes that are written into it."""
MOST_LANES = 4
FOUND = (("new", "added"), ("changed", "updated"), ("gone", "gone"))
TOLD = {"edition_isbns": "ISBNs", "author_works": "links", "openlibrary_aliases": "aliases"}
"""What a person is told of these tables, after loads of both kinds."""

HAS_ROWS = " UNION ALL ".join(
    f"(SELECT 1 FROM public.{table} WHERE openlibrary_id IS NOT NULL LIMIT 1)"  # noqa: S608
    for table in derive.LETTERS
)
REFUSED = f"""
    SELECT file, line, reason, coalesce(key, '') FROM {SCHEMA}.refused_lines ORDER BY file, line
"""  # noqa: S608


@dataclass(slots=True)
class Outcome:
    """Counts of a load: rows by table and change, refused lines by file and reason."""

    way: str
    changes: dict[str, dict[str, int]] = field(default_factory=dict)
    read: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        return sum(count for table in self.changes.values() for count in table.values())


class Load:
    """One load of these files, which goes on where an earlier one of them was cut off."""

    def __init__(
        self,
        connection: psycopg.Connection,
        files: Mapping[Kind, Path],
        made_on: date,
        *,
        tell: Callable[[str], None],
        tell_reading: Callable[[Kind, int, int], None],
        force: bool = False,
        keeps: bool = True,
    ) -> None:
        self._connection, self._tell, self.keeps = connection, tell, keeps
        self._reading = Reading(files, tell_reading, force=force)
        self.files = _described(files)
        self._asked = {**self.files, "asked": {"force": force, "keeps": keeps}}
        self._fetched_at = datetime.combine(made_on, time(), UTC)
        self.resumed: list[str] = []
        self.way = self._begin()

    def _begin(self) -> str:
        """Take up the load of the same files that was cut off, or make room for a new one."""
        before = state.begun(self._connection)
        if before and before.files == self._asked:
            self.resumed = [*done_before(self._connection).found]
            return before.way
        has_rows = self._connection.execute(HAS_ROWS.encode()).fetchone()
        way = NEXT if has_rows else FIRST
        state.begin(self._connection, self._asked, way, self._fetched_at)
        return way

    def run(self) -> Outcome:
        """Do what is left to do. Raises DumpFileError, or what the database raises."""
        results = done_before(self._connection)
        lanes = min(max(os.cpu_count() or 1, 2), MOST_LANES)
        try:
            Lanes(lanes, results, self._tell).run(self._steps())
        finally:
            self._reading.stop()
        return self._outcome(results)

    def refused(self) -> Iterator[tuple[str, int, str, str]]:
        """Give file, line, reason and key of each refused line, whatever their number."""
        with self._connection.cursor() as cursor:
            yield from cursor.stream(REFUSED.encode())

    def forget(self) -> None:
        """Drop what was read; to be called when all is told."""
        state.forget(self._connection)

    def _steps(self) -> list[Step]:
        return [*self._reading.steps(), *(self._first() if self.way == FIRST else self._next())]

    def _first(self) -> list[Step]:
        if not self.keeps:
            return derive.steps()
        made = first_load.steps(self._connection)
        return [*derive.steps(), *made, exchange.step(tuple(step.name for step in made))]

    def _next(self) -> list[Step]:
        ids = odd_ids.step()
        found = changes.steps()
        writes = [apply.step(tuple(step.name for step in found))] if self.keeps else []
        return [ids, *derive.steps(ids.name), *found, *writes]

    def _outcome(self, results: Results) -> Outcome:
        outcome = Outcome(self.way)
        outcome.read = {
            name.removeprefix("read_"): found
            for name, found in results.found.items()
            if name.startswith("read_")
        }
        counted = f"SELECT reason, count(*) FROM {SCHEMA}.refused_lines GROUP BY 1 ORDER BY 2 DESC"  # noqa: S608
        outcome.refused = dict(self._connection.execute(counted.encode()).fetchall())
        outcome.changes = _changes(self.way, results)
        return outcome


def _described(files: Mapping[Kind, Path]) -> dict[str, Any]:
    """Say which files these are: the same ones again are the same load."""
    return {
        str(kind): {
            "name": path.name,
            "size": path.stat().st_size,
            "changed": path.stat().st_mtime_ns,
        }
        for kind, path in files.items()
    }


def _changes(way: str, results: Results) -> dict[str, dict[str, int]]:
    """Count what was written, or, after a dry run, what would be."""
    if way == NEXT:
        written: dict[str, dict[str, int]] = results.get("apply").get("changes", {})
        return written or {
            table: {change: results.get(f"{name}_{table}").get("rows", 0) for name, change in FOUND}
            for table in derive.LETTERS
        }
    filled = {table: results.get(f"fill_{table}") for table in first_load.TABLES}
    if any(filled.values()):
        return {TOLD.get(table, table): {"added": each["rows"]} for table, each in filled.items()}
    return {table: {"added": _left(table, results)} for table in derive.LETTERS}


def _left(table: str, results: Results) -> int:
    """Count what is left of the records that were read, without those that were put aside."""
    read, twice = results.get(f"read_{table}"), results.get(f"once_{table}")
    lost = results.get("dangling").get("refused", 0) if table == "editions" else 0
    return int(read.get("rows", 0) - twice.get("rows", 0) - lost)

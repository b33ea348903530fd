"""`import_openlibrary_dump`: a month's dump of Open Library into the catalog."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import Error as DatabaseError

from config.commands import PlatformCommand, RefusedError, Stoppable, UsageError
from enrichment.dumps import files as dump_files
from enrichment.dumps import history
from enrichment.dumps.connections import AnotherLoadError, only_one
from enrichment.dumps.kinds import NEEDED
from enrichment.dumps.lines import DumpFileError
from enrichment.dumps.load import FIRST, Load
from enrichment.dumps.reading import ReaderLostError
from enrichment.dumps.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.core.management.base import CommandParser

    from config.commands import Progress
    from enrichment.dumps.kinds import Kind
    from enrichment.dumps.load import Outcome

AGAIN = "Run the same command again: it goes on with what is not done yet."
CHANGES = ("added", "updated", "gone", "removed")
REFUSED_HEADER = "file\tline\treason\tkey\n"


class Command(PlatformCommand):
    help = """\
Load a month's dump of Open Library: authors, works, editions, their links, ISBNs and redirects.

FOLDER holds the files as Open Library names them, all of one date:
  ol_dump_authors_2026-10-31.txt.gz, ol_dump_works_..., ol_dump_editions_...,
and, where they are there, ol_dump_redirects_... and ol_dump_deletes_... .

The first load makes the catalog's tables anew beside it, and puts them into place at once. A later
one works out what has changed and writes that: what is new is added, what has changed is updated,
what is gone upstream is marked and stays for the shelves that hold it. Readers see the old state or
the new one, nothing between. Rows of readers and of publishers' books are never touched; what a
record does not say any more stays as it was.

A load that was killed goes on where it was, when the same command is run again. The same dump again
changes nothing. Files that cannot be right (truncated, empty, a web page, of several dates, much
smaller than last time) are refused before anything is touched, unless --force. Lines that cannot be
read are counted by reason, and written to a file with their numbers.

Exit codes: 0 when the dump is in (single refused lines are usual), 1 when the database stopped the
load, 2 when the files will not do, 130 after Ctrl-C."""
    epilog = """\
examples:
  manage.py import_openlibrary_dump /data/openlibrary --dry-run
  manage.py import_openlibrary_dump /data/openlibrary
  manage.py import_openlibrary_dump /data/openlibrary --refused /tmp/refused.tsv"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the files are")
        parser.add_argument(
            "--date",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the dump's date; left out, the files' names tell, else their age",
        )
        parser.add_argument(
            "--refused",
            type=Path,
            metavar="FILE",
            help="where refused lines go; left out, refused_lines.tsv in FOLDER",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="read and compare, write nothing"
        )
        parser.add_argument("--force", action="store_true", help="load files that look wrong, too")

    def handle(self, *_args: Any, **options: Any) -> None:
        with _told_plainly():
            self._load(options)

    def _load(self, options: dict[str, Any]) -> None:
        files, made_on = self._files(options)
        refused = options["refused"] or options["folder"] / "refused_lines.tsv"
        _check_writable(refused)
        began = time.monotonic()
        with only_one() as connection:
            total = sum(dump_files.sizes(files).values())
            with Stoppable(f"Stopped. {AGAIN}"), self.progress("lines", total) as bar:
                load = Load(
                    connection,
                    files,
                    made_on,
                    tell=_Phases(bar).begin,
                    tell_reading=_Reading(bar).show,
                    force=options["force"],
                    keeps=not options["dry_run"],
                )
                outcome = self._run(load, made_on)
            _write_refused(load, refused)
            for found in outcome.read.values():
                if found.get("note"):
                    self.warn(f"{found['note']} What stands behind that was left as it was.")
            self._report(outcome, refused, time.monotonic() - began, is_dry=options["dry_run"])
            load.forget()

    def _files(self, options: dict[str, Any]) -> tuple[dict[Kind, Path], date]:
        """Find the files, and refuse those that cannot be right."""
        try:
            files = dump_files.find(options["folder"])
        except OSError as exc:
            raise UsageError(f"{options['folder']} cannot be read: {exc.strerror}.") from exc
        made_on = options["date"] or dump_files.date_of(files) or _age(files)
        found = [*dump_files.check(files), *history.problems(files, made_on)]
        for problem in found:
            self.warn(problem.message)
        missing = not set(NEEDED) <= set(files)
        if missing or (found and not options["force"]):
            advice = "" if missing else " --force loads them all the same."
            raise UsageError(f"Nothing was loaded.{advice}")
        return files, made_on

    def _run(self, load: Load, made_on: date) -> Outcome:
        if load.resumed:
            self.say(f"Going on with a load of these files: {len(load.resumed)} steps are done.")
        if not load.keeps:
            return load.run()
        row = history.begun(load, made_on)
        try:
            outcome = load.run()
        except DumpFileError as exc:
            history.failed(row, str(exc))
            load.forget()
            raise
        history.succeeded(row, outcome)
        return outcome

    def _report(self, outcome: Outcome, refused: Path, seconds: float, *, is_dry: bool) -> None:
        lines = sum(found.get("lines", 0) for found in outcome.read.values())
        rate = lines / max(seconds, 0.001)
        title = f"{lines:,} lines in {seconds:,.1f} s, {rate:,.0f} lines/s"
        header = ("would be" if is_dry else "rows", *CHANGES)
        self.print_table(title, header, _by_table(outcome))
        if outcome.refused:
            reasons = [(count, sentence_of(name)) for name, count in outcome.refused.items()]
            self.print_table("Refused lines", ("lines", ""), reasons)
            self.say(f"They are listed in {refused}.")
        if not outcome.changed and outcome.way != FIRST:
            self.say("The catalog has all of this already: no row was changed.")


def _by_table(outcome: Outcome) -> Iterator[tuple[str | int, ...]]:
    for table, counts in outcome.changes.items():
        yield table.replace("_", " "), *(counts.get(change, 0) for change in CHANGES)


class _Phases:
    """Tells what is being done, once for all steps of a phase."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._told: set[str] = set()

    def begin(self, phase: str) -> None:
        if phase not in self._told:
            self._told.add(phase)
            self._bar.say(phase)


class _Reading:
    """Adds up how far each file is read."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._files: dict[Kind, tuple[int, int]] = {}

    def show(self, kind: Kind, read: int, lines: int) -> None:
        self._files[kind] = (read, lines)
        every = self._files.values()
        self._bar.show(sum(lines for _, lines in every), sum(read for read, _ in every))


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what ends a load into what the operator can do about it."""
    try:
        yield
    except AnotherLoadError as exc:
        raise UsageError("Another load is under way in this database.") from exc
    except DumpFileError as exc:
        raise UsageError(f"{exc} Nothing was loaded; --force loads what could be read.") from exc
    except (DatabaseError, psycopg.Error, ReaderLostError) as exc:
        told = str(exc).strip().splitlines()[0]
        raise RefusedError(f"The load was cut off: {told}. {AGAIN}") from exc


def _age(files: Mapping[Kind, Path]) -> date:
    """Take the day on which the oldest of the files was written."""
    times = [path.stat().st_mtime for path in files.values()]
    return datetime.fromtimestamp(min(times, default=time.time()), UTC).date()


def _check_writable(path: Path) -> None:
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as exc:
        told = f"{path} cannot be written: {exc.strerror}. Name another with --refused."
        raise UsageError(told) from exc


def _write_refused(load: Load, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(REFUSED_HEADER)
        for row in load.refused():
            file.write("\t".join(str(value) for value in row) + "\n")

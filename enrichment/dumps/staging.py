"""One file of a dump into the staging tables, in one pass and in constant memory."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from enrichment.dumps import odd_records, records
from enrichment.dumps.columns import NONE, title_column
from enrichment.dumps.copying import copies_to
from enrichment.dumps.kinds import Kind
from enrichment.dumps.lines import DumpFileError, DumpLines
from enrichment.dumps.odd_records import OtherThingError
from enrichment.dumps.reasons import OF_RECORDS, Reason, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from enrichment.dumps.copying import Copies
    from enrichment.dumps.rows import Rows

    Line = tuple[bytes, bytes, int]
    """Key, revision and number of a line."""

PROGRESS_EVERY = 0.5
TABLES = {kind: f"staged_{kind}" for kind in Kind}
BESIDE = {Kind.WORKS: "staged_links", Kind.EDITIONS: "staged_isbns"}
REFUSED = "refused_lines"
NO_ROWS = ("", "")

_MOMENT = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{8,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What came of a file.

    Each of the `lines` is one of the `rows` of its kind, a stray (a redirect or a delete in a file
    of another kind), refused, or about another thing, which the catalog does not have. `newest` is
    the last moment of change that a line names; `note` says where a broken file ended that was
    wanted all the same.
    """

    lines: int
    rows: int
    strays: dict[Kind, int]
    refused: dict[Reason, int]
    other: int
    bytes_read: int
    newest: str | None
    seconds: float
    note: str = ""


def stage(
    kind: Kind,
    path: Path,
    conninfo: str,
    on_progress: Callable[[int, int], object],
    *,
    force: bool = False,
) -> Staged:
    """Read a file into its empty staging tables and commit, or raise DumpFileError and keep none.

    `on_progress` hears twice a second how many bytes of the file and how many lines are read. With
    `force` a broken file gives what can be read of it.
    """
    started, note = time.monotonic(), ""
    lines = DumpLines(path)
    with copies_to(conninfo) as copies:
        staging = Staging(kind, path.name, copies)
        try:
            _run(staging, lines, on_progress)
        except DumpFileError as exc:
            if not force:
                raise
            note = str(exc)
        staging.flush(keep_last=False)
        on_progress(lines.bytes_read, staging.lines)
    return staging.result(lines.bytes_read, time.monotonic() - started, note)


def _run(staging: Staging, lines: DumpLines, on_progress: Callable[[int, int], object]) -> None:
    told = time.monotonic()
    for block in lines:
        staging.take(block)
        staging.flush()
        if time.monotonic() - told >= PROGRESS_EVERY:
            told = time.monotonic()
            on_progress(lines.bytes_read, staging.lines)


class Staging:
    """The rows of a file on their way into the tables."""

    def __init__(self, kind: Kind, file: str, copies: Copies) -> None:
        self.kind = kind
        self.lines = 0
        self._file = title_column(file)
        self._copies = copies
        self._own: list[str] = []
        self._beside: list[str] = []
        self._refusals: list[str] = []
        self._strays: dict[Kind, list[str]] = {Kind.REDIRECTS: [], Kind.DELETES: []}
        self._last: Line = (b"", b"", 0)
        self._newest = b""
        self._counts: Counter[str] = Counter()

    def take(self, lines: list[bytes]) -> None:
        """Read lines into rows; what is not of the usual shape takes the long way."""
        read, usual_type = records.READERS[self.kind], self.kind.type_key
        for number, line in enumerate(lines, self.lines + 1):
            try:
                stated, key, revision, changed, record = line.split(b"\t", 4)
                usual = stated == usual_type
                rows = read(record, number) if usual else self._read_odd(line, number)
            except RefusedError as exc:
                rows = self._refuse(exc.reason, number, line)
            except records.ODD:
                rows = self._read_odd(line, number)
            if rows is None:
                continue
            if changed > self._newest:
                self._newest = _newest(changed, self._newest)
            if key == self._last[0] and not self._replaces((key, revision, number), rows):
                continue
            self._own.append(rows[0])
            self._beside.append(rows[1])
            self._last = (key, revision, number)
        self.lines += len(lines)

    def flush(self, *, keep_last: bool = True) -> None:
        """Send what is ready; the last row waits for the next line, which may replace it."""
        ready = max(len(self._own) - keep_last, 0)
        self._counts["rows"] += ready - self._own[:ready].count("")
        self._send(TABLES[self.kind], self._own, ready)
        self._send(BESIDE.get(self.kind, ""), self._beside, ready)
        for kind, rows in self._strays.items():
            self._counts[kind] += len(rows)
            self._send(TABLES[kind], rows)
        self._send(REFUSED, self._refusals)

    def result(self, bytes_read: int, seconds: float, note: str) -> Staged:
        return Staged(
            lines=self.lines,
            rows=self._counts["rows"],
            strays={kind: self._counts[kind] for kind in self._strays if self._counts[kind]},
            refused={reason: self._counts[reason] for reason in Reason if self._counts[reason]},
            other=self._counts["other"],
            bytes_read=bytes_read,
            newest=self._newest.decode() or None,
            seconds=seconds,
            note=note,
        )

    def _send(self, table: str, rows: list[str], count: int | None = None) -> None:
        self._copies.write(table, rows[:count])
        del rows[:count]

    def _read_odd(self, line: bytes, number: int) -> Rows | None:
        """Read a line by all the rules; None when it says nothing of the file's kind."""
        try:
            kind, rows = odd_records.read(self.kind, line, number)
        except OtherThingError:
            self._counts["other"] += 1
            return None
        except RefusedError as exc:
            return self._refuse(exc.reason, number, line)
        if kind is self.kind:
            return rows
        self._strays[kind].append(rows[0])
        return None

    def _refuse(self, reason: Reason, number: int, line: bytes) -> Rows | None:
        """Refuse a line; a record that can be read and is not enough has still its place."""
        self._note(reason, number, odd_records.key_of(line))
        return NO_ROWS if reason in OF_RECORDS else None

    def _replaces(self, line: Line, rows: Rows) -> bool:
        """Take the last row back for a line with its key, unless that is of a lower revision."""
        (_, old, _), (_, new, _) = self._last, line
        is_newer = _number(new) >= _number(old)
        (key, _, number), lost = (self._last, self._own[-1]) if is_newer else (line, rows[0])
        if lost:
            self._note(Reason.DUPLICATE_KEY, number, title_column(key.decode()))
        if is_newer:
            del self._own[-1], self._beside[-1]
        return is_newer

    def _note(self, reason: Reason, number: int, key: str) -> None:
        self._counts[reason] += 1
        self._refusals.append(f"{self._file}\t{number}\t{reason}\t{key or NONE}\n")


def _number(revision: bytes) -> int:
    return int(revision) if revision.isdigit() else 0


def _newest(moment: bytes, newest: bytes) -> bytes:
    """Take a later moment, if it is one at all, and, give or take a time zone, not yet to come."""
    latest = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    is_past = _MOMENT.fullmatch(moment) is not None and moment.decode() < latest
    return moment if is_past else newest

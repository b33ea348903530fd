"""The job `book_import`: a kept file into the platform, a batch with its counts a transaction.

A run that is cut off loses the batch under way and nothing else: the next one passes over the rows
that are counted. What bounds a file, apart from its own size: what it unpacks to (UNPACKED_LIMIT),
its rows (MOST_ROWS), and for what it keeps of them, `refusals.LIMIT`.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import islice
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from accounts.models import Publisher
from config.errors import ConflictError, InvalidError, NotFoundError
from config.middleware import MIB
from config.row_security import SYSTEM, acting_as
from enrichment import uploads
from enrichment.book_files import FORMATS
from enrichment.book_files.rows import FileError
from enrichment.book_files.source import Source
from enrichment.book_import import BookImport, batches
from enrichment.book_uploads import KIND, NEEDED, refusals
from enrichment.book_uploads.beginnings import EMPTY
from enrichment.jobs import job_kind

if TYPE_CHECKING:
    from enrichment.book_files.rows import Row
    from enrichment.book_import import Result
    from enrichment.jobs import RunningJob

UNPACKED_LIMIT = 512 * MIB
MOST_ROWS = 1_000_000
WARNINGS_KEPT = NOTES_KEPT = 20
"""Kinds of them; more would only grow."""


@dataclass(slots=True)
class Tally:
    """What became of the rows so far: what a job notes down, and at the end its result."""

    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    """What was left out of rows that are in, with the number of them."""
    refused: list[dict[str, Any]] = field(default_factory=list)
    """The first ones: `{"line": 3, "details": [{"field": "isbn", "message": "..."}]}`."""
    refusals: str | None = None
    """The upload that has all of them, its size and its number of rows."""
    refusals_size: int = 0
    refused_kept: int = 0

    @classmethod
    def of(cls, state: dict[str, Any]) -> Tally:
        return cls(**state.get("tally", {}))

    def add(self, rows: list[Row], result: Result) -> None:
        self.rows += len(rows)
        for name, count in counts_of(result).items():
            self.counts[name] = self.counts.get(name, 0) + count
        for note in result.notes:
            told = f"{note['field']}: {note['message']}"[: refusals.LONGEST_MESSAGE]
            if told in self.notes or len(self.notes) < NOTES_KEPT:
                self.notes[told] = self.notes.get(told, 0) + 1


def counts_of(result: Result) -> dict[str, int]:
    """Count a batch's outcomes, by their names."""
    values = {each.name: getattr(result, each.name) for each in fields(result)}
    counts = {name: value for name, value in values.items() if isinstance(value, int)}
    return counts | {"refused": len(result.refused)}


@job_kind(KIND, queue="bulk", is_once=True)
def run(job: RunningJob) -> dict[str, Any]:
    """Load the file of an `Order`; its end and the dropping of the file are one step."""
    if "result" in job.state:
        return dict(job.state["result"])
    upload = UUID(job.arguments["upload"])
    try:
        with uploads.opened(upload) as file:
            warnings = _load(job, file)
    except FileError as exc:
        # It will not be better the next time.
        uploads.drop(upload)
        raise InvalidError(str(exc)) from exc
    result = _result(Tally.of(job.state), warnings)
    with acting_as(SYSTEM):
        uploads.drop(upload)
        job.remember(result=result)
        job.progress(job.done, job.done)
    return result


def _load(job: RunningJob, file: IO[bytes]) -> list[str]:
    """Load what is not in yet, and give what the reader of the file warned of."""
    if job.total is None:
        job.progress(0, _measured(file, job.arguments["format"]))
    began = time.monotonic()
    warnings: list[str] = []
    book_file = FORMATS[job.arguments["format"]](Source(file), warnings.append)
    tally = Tally.of(job.state)
    rows = map(_only_allowed(job.arguments["actions"]), islice(book_file, tally.rows, None))
    importer = BookImport(_active_publisher(job), finalize=job.arguments["finalize"])
    passed_over = 0.0
    for batch in batches(rows):
        passed_over = passed_over or time.monotonic() - began
        with acting_as(SYSTEM):
            _active_publisher(job)
            result = importer.load(batch)
            tally.add(batch, result)
            refusals.note(job, tally, book_file, result.refused)
            job.remember(tally=asdict(tally))
            job.progress(tally.rows, job.total)
        # A run that passes over many rows takes as long for new ones.
        if job.should_yield() and time.monotonic() - began > 2 * passed_over:
            raise job.Yield
    return warnings[:WARNINGS_KEPT]


def _measured(file: IO[bytes], format_name: str) -> int:
    """Count the rows, reading the file to its end: one that breaks off brings no book in.

    Raises FileError for such a file, and for one that is beyond the limits.
    """
    _refuse_bomb(file)
    rows = 0
    for rows, _ in enumerate(FORMATS[format_name](Source(file), lambda _: None), start=1):
        if rows > MOST_ROWS:
            raise FileError(f"It has more than {MOST_ROWS:,} rows. Send them in several files.")
    if not rows:
        raise FileError(EMPTY)
    file.seek(0)
    return rows


def _refuse_bomb(file: IO[bytes]) -> None:
    source, size = Source(file), 0
    while piece := source.read(MIB):
        size += len(piece)
        if size > UNPACKED_LIMIT:
            raise FileError(
                f"It unpacks to more than {UNPACKED_LIMIT // MIB} MB. Send it in several files."
            )
    file.seek(0)


def _only_allowed(actions: list[str]) -> Any:
    """Give what refuses rows that do what their sender's token does not grant."""

    def checked(row: Row) -> Row:
        if row.action in actions or row.problem:
            return row
        needed = NEEDED[row.action].value
        return replace(row, data=None, problem=f"This needs a token that grants {needed}.")

    return checked


def _active_publisher(job: RunningJob) -> Publisher:
    """Give the publisher; raises NotFoundError and, since it was suspended, ConflictError."""
    with acting_as(SYSTEM):
        found = Publisher.objects.filter(pk=job.arguments["publisher"]).first()
    if found is None:
        raise NotFoundError("The publisher is not here any more.")
    if found.is_suspended:
        raise ConflictError(f"{found.name} is suspended, and may bring no books.")
    return found


def _result(tally: Tally, warnings: list[str]) -> dict[str, Any]:
    return {
        "counts": {"read": tally.rows, **tally.counts},
        "refused": tally.refused,
        "refused_kept": tally.refused_kept,
        "warnings": warnings,
        "notes": tally.notes,
    }

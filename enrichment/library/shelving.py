"""A batch of a reader's file, put on their shelf: what each row becomes, and the report of it.

What the reader has on the shelf already stays as they have it there; stars that were given
elsewhere fill a blank. The rows are taken in the file's order until a limit is reached.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from accounts.services import lock_profile
from enrichment.library import matching
from enrichment.library.own_rows import OwnRows, kept_year
from enrichment.library.report import Told
from enrichment.models import LibraryImportRow
from shelves import brought
from shelves.brought import Brought
from shelves.models import UserWork

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.models import User
    from enrichment.library.matching import Match
    from enrichment.library.records import LibraryRow

Outcome = LibraryImportRow.Outcome

UNTITLED = "The file names this book by a number alone, which the catalog does not know."
TWICE = "The file has this book more than once."


def shelve(batch: Sequence[LibraryRow], reader: User) -> list[Told]:
    """Put a batch on the shelf, and give the report of each row, not saved yet.

    The caller acts as the reader in a transaction of its own, which this locks their profile in.
    """
    usable = [row for row in batch if row.problem is None]
    found = iter(matching.matches(usable, reader.pk))
    lock_profile()
    matched = [None if row.problem else next(found) for row in batch]
    shelving = _Shelving(reader, batch, matched)
    reports = [shelving.take(*each) for each in zip(batch, matched, strict=True)]
    shelving.write()
    return reports


class _Shelving:
    """What one batch adds; decided row by row, and written at the end."""

    def __init__(
        self, reader: User, batch: Sequence[LibraryRow], matched: Sequence[Match | None]
    ) -> None:
        self._reader = reader
        found = {match.work_id for match in matched if match and match.work_id}
        # Whether each is on the shelf; one of the reader's own may have been deleted by now.
        self._standing = brought.standing(reader.pk, found)
        self._room = brought.Room(reader.pk)
        unmatched = [
            row
            for row, match in zip(batch, matched, strict=True)
            if match and match.work_id not in self._standing
        ]
        self._own = OwnRows(reader.pk, self._room, unmatched)
        self._added: dict[UUID, Brought] = {}
        self._ratings: dict[UUID, Any] = {}

    def take(self, row: LibraryRow, match: Match | None) -> Told:
        if match is None:
            return _report(row, Outcome.REFUSED, notes=[row.problem or ""])
        notes = [match.note] if match.note else []
        if match.work_id in self._standing:
            return self._take_matched(row, match, notes)
        if not row.title:
            return _report(row, Outcome.REFUSED, notes=[UNTITLED, *notes], wanted=_wanted(row))
        return self._take_own(row, notes)

    def write(self) -> None:
        self._own.make()
        brought.add(self._reader, [*self._added.values()])
        brought.rate(self._reader.pk, self._ratings)

    def _take_matched(self, row: LibraryRow, match: Match, notes: list[str]) -> Told:
        work_id = match.work_id
        assert work_id is not None  # noqa: S101  (it is one of the works found)
        if work_id in self._added or self._standing[work_id]:
            return self._already(row, work_id, match.how, notes)
        refusal = self._room.take(work_count=1)
        if refusal:
            return _report(
                row, Outcome.REFUSED, work_id=work_id, how=match.how, notes=[refusal, *notes]
            )
        self._added[work_id] = _brought(work_id, row)
        return _report(row, Outcome.MATCHED, work_id=work_id, how=match.how, notes=notes)

    def _take_own(self, row: LibraryRow, notes: list[str]) -> Told:
        same = self._own.planned(row)
        if same:
            return self._already(row, same, LibraryImportRow.How.TITLE, notes)
        work_id, refusal = self._own.plan(row)
        if work_id is None:
            wanted = _wanted(row) if self._room.left("work_count") else None
            return _report(row, Outcome.REFUSED, notes=[refusal or "", *notes], wanted=wanted)
        self._added[work_id] = _brought(work_id, row)
        return _report(row, Outcome.MANUAL, work_id=work_id, notes=notes, wanted=_wanted(row))

    def _already(self, row: LibraryRow, work_id: UUID, how: str | None, notes: list[str]) -> Told:
        if work_id in self._added:
            notes = [*notes, TWICE]
        if row.rating is not None:
            self._ratings.setdefault(work_id, row.rating)
        return _report(row, Outcome.ALREADY, work_id=work_id, how=how, notes=notes)


def _brought(work_id: UUID, row: LibraryRow) -> Brought:
    status = _status(row)
    return Brought(work_id, status, row.rating, _since(row, status))


def _status(row: LibraryRow) -> str:
    return row.status or UserWork.Status.TO_READ


def _since(row: LibraryRow, status: str) -> datetime | None:
    """Give the day on which the book was read; one that is still to come was mistyped."""
    if status != UserWork.Status.READ or row.read_on is None:
        return None
    day = datetime.combine(row.read_on, time(), UTC)
    return day if day <= datetime.now(UTC) else None


def _report(row: LibraryRow, outcome: str, **said: Any) -> Told:
    notes = (*said.pop("notes", ()), *row.notes)
    title = row.full_title or row.title
    return Told(
        line=row.line, title=title, authors=row.authors, outcome=outcome, notes=notes, **said
    )


def _wanted(row: LibraryRow) -> dict[str, Any] | None:
    """Give what Open Library may be asked, and what else the row said, for when it is found."""
    ids = {"work": row.openlibrary_work, "edition": row.openlibrary_edition}
    if not (any(ids.values()) or row.isbns or (row.title and row.authors)):
        return None
    status = _status(row)
    since = _since(row, status)
    return ids | {
        "isbn": next(iter(row.isbns), None),
        "title": row.title,
        "year": kept_year(row.original_year),
        "status": status,
        "rating": str(row.rating) if row.rating is not None else None,
        "since": since.isoformat() if since else None,
        "notes": list(row.notes),
    }

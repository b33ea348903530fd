"""What an import of a library tells its reader: how many rows became what, and each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from config.row_security import SYSTEM, acting_as
from config.statements import rows as run
from enrichment.models import LibraryImportRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.db.models import QuerySet

_FIELDS = ("line", "title", "authors", "outcome", "work_id", "how", "notes")
_SAVE = """
    INSERT INTO library_import_rows
        (job_id, number, line, title, authors, outcome, work_id, how, notes, wanted)
    SELECT %(job)s::uuid, %(after)s::int + given.place, line, title, authors, outcome, work_id, how,
        notes, wanted
    FROM ROWS FROM (json_to_recordset(%(rows)s::json) AS (line int, title text, authors text[],
        outcome text, work_id uuid, how text, notes text[], wanted jsonb)) WITH ORDINALITY
        AS given (line, title, authors, outcome, work_id, how, notes, wanted, place)
    RETURNING number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a row; `wanted` is what Open Library is to be asked, if anything."""

    line: int
    title: str
    authors: tuple[str, ...]
    outcome: str
    work_id: UUID | None = None
    how: str | None = None
    notes: tuple[str, ...] = ()
    wanted: dict[str, Any] | None = None


def save(job_id: UUID, told: Sequence[Told], *, after: int) -> None:
    """Keep the reports of a batch, in the transaction under way; `after` rows came before it."""
    with acting_as(SYSTEM):
        run(_SAVE, {"job": job_id, "after": after, "rows": orjson.dumps(told).decode()})


def tell(rows: QuerySet[LibraryImportRow]) -> dict[str, Any]:
    """Give `counts` by outcome and all `rows`, in the file's order."""
    with acting_as(SYSTEM):
        found = list(rows.order_by("number").values(*_FIELDS))
    counts = dict.fromkeys(LibraryImportRow.Outcome.values, 0)
    for row in found:
        counts[row["outcome"]] += 1
    return {"counts": counts, "rows": [row | {"work_id": _text(row["work_id"])} for row in found]}


def _text(work_id: UUID | None) -> str | None:
    return str(work_id) if work_id else None

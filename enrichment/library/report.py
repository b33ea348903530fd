"""What an import of a library tells its reader: how many rows became what, and each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.row_security import SYSTEM, acting_as
from enrichment.models import LibraryImportRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.db.models import QuerySet

_FIELDS = ("line", "title", "authors", "outcome", "work_id", "how", "notes")


def save(job_id: UUID, reports: Sequence[LibraryImportRow], *, after: int) -> None:
    """Keep the reports of a batch, in the transaction under way; `after` rows came before it."""
    for number, report in enumerate(reports, start=after + 1):
        report.pk = job_id, number
    with acting_as(SYSTEM):
        LibraryImportRow.objects.bulk_create(reports)


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

"""The audit trail as CSV, written while it is sent."""

from __future__ import annotations

import csv
from datetime import UTC
from typing import TYPE_CHECKING, Any

from config.model_admin import changes_of
from config.spreadsheet import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlog.models import LogEntry
    from django.db.models import QuerySet

MOST = 100_000
COLUMNS = ("time", "who", "action", "kind", "id", "name", "changes", "request")
CUT_OFF = f"Cut off after {MOST:,} entries: narrow the filters to get the others."
AT_ONCE = 2_000


class _Echo:
    """What `csv` writes to; each line comes back from it."""

    def write(self, line: str) -> str:
        return line


def lines(entries: QuerySet[LogEntry], *, most: int = MOST) -> Iterator[str]:
    """Give the lines of a file; the last one says so when there are more than `most` entries."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    found = entries[: most + 1].iterator(chunk_size=AT_ONCE)
    for number, entry in enumerate(found):
        if number == most:
            yield writer.writerow([CUT_OFF])
            return
        yield writer.writerow([escape(str(cell)) for cell in _cells(entry)])


def _cells(entry: Any) -> tuple[Any, ...]:
    moment = entry.timestamp.astimezone(UTC).isoformat().replace("+00:00", "Z")
    changes = "; ".join(f"{c.field}: {c.old} → {c.new}" for c in changes_of(entry))
    who, kind = entry.actor or "the system", entry.content_type.name
    action = entry.get_action_display()
    return moment, who, action, kind, entry.object_pk, entry.object_repr, changes, entry.cid or ""

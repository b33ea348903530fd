"""What would become of a file's first rows, for somebody who decides whether to load it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from enrichment.book_import import DryRun
from enrichment.book_uploads.job import counts_of

if TYPE_CHECKING:
    from accounts.models import Publisher
    from enrichment.book_files.rows import Row
    from enrichment.book_import import Refusal, Result
    from enrichment.book_uploads.beginnings import Beginning

MOST_SHOWN = 20
MOST_TRIED = 200


@dataclass(slots=True)
class Preview:
    """`shown` has the first rows with what would become of each; `refused` those of all tried."""

    shown: list[tuple[Row, str]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        return sum(self.counts.values()) - self.counts.get("finalized", 0)

    def add(self, result: Result) -> None:
        self.refused += result.refused
        for name, count in counts_of(result).items():
            self.counts[name] = self.counts.get(name, 0) + count


def preview(begins: Beginning, publisher: Publisher, *, finalize: bool) -> Preview:
    """Try the rows without writing any."""
    dry_run, tried = DryRun(publisher, finalize=finalize), Preview()
    for row in begins.rows[:MOST_SHOWN]:
        result = dry_run.load([row])
        tried.add(result)
        tried.shown.append((row, _outcome(result)))
    tried.add(dry_run.load(begins.rows[MOST_SHOWN:]))
    return tried


def _outcome(result: Result) -> str:
    found = [name for name, count in counts_of(result).items() if count and name != "finalized"]
    return found[0].replace("_", " ")


def cells(row: Row) -> dict[str, Any]:
    """Give what a row says of a book, by the API's names; nothing for one that cannot be read."""
    said = row.data if isinstance(row.data, dict) else {}
    return {name: value for name, value in said.items() if value is not None}

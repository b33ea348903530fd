"""What came of asking the sources, compared with a book as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from catalog.locks import LOCKED_AS
from enrichment import matching, recheck
from enrichment.matching import Match
from enrichment.models.jobs import UNFINISHED
from enrichment.recheck import book_changes
from enrichment.source_report import known_title
from enrichment.sources import plugins
from moderation.books.covers import cover
from moderation.comparison import latest
from moderation.comparison.records import unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalog.models import Book
    from enrichment.models import Job

LABELS = {
    "title": "Title",
    "authors": "Authors",
    "coverImages": "Cover",
    "description": "Description",
    "language": "Language",
    "publishedDate": "Published",
    "genres": "Genres",
}
"""What a moderator reads, by the API's names of the fields that sources tell of."""
COLUMNS = {field: column for column, field in LOCKED_AS.items()}
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """What one source has said; `offers` are values that differ from ours, by field."""

    name: str
    state: str
    reason: str
    match: Match | None
    offers: Mapping[str, Any]

    @property
    def title(self) -> str:
        return known_title(self.name) or self.name

    @property
    def is_sure(self) -> bool:
        return self.match is not None and self.match.is_sure

    @property
    def percent(self) -> int:
        return round(PERCENT * self.match.confidence) if self.match else 0

    @property
    def sentence(self) -> str:
        """Say in words what came of it, but for a match's title, which the page shows."""
        return {
            "waiting": "It has not been asked yet.",
            "no_match": "It has no such book.",
            "not_configured": f"It is not set up here. {self.reason}".strip(),
            "no_answer": f"It gave no answer. {self.reason}",
            "matched": self._confidence,
        }[self.state]

    @property
    def _confidence(self) -> str:
        sure = f"It has this book, with a confidence of {self.percent}%."
        below = (
            f"The nearest that it has, with a confidence of {self.percent}%, below the threshold"
            f" of {round(PERCENT * matching.THRESHOLD)}%: a suggestion."
        )
        return sure if self.is_sure else below


@dataclass(frozen=True, slots=True)
class Row:
    """A field that at least one source has otherwise."""

    field: str
    ours: Any
    offers: list[tuple[Finding, Any]]

    @property
    def label(self) -> str:
        return LABELS[self.field]

    @property
    def shown(self) -> str:
        return shown(self.field, self.ours) or "nothing"

    @property
    def choices(self) -> list[tuple[Finding, str]]:
        return [(finding, shown(self.field, value)) for finding, value in self.offers]

    @property
    def is_blank(self) -> bool:
        return not self.ours


class Comparison:
    """What the sources said of a book last, or have said so far."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.job = latest(book)

    @property
    def is_running(self) -> bool:
        return self.job is not None and self.job.status in UNFINISHED

    @cached_property
    def _said(self) -> dict[str, Any]:
        return recheck.said_by(self.book)

    @cached_property
    def findings(self) -> list[Finding]:
        """Give what is known of each source; empty when nobody has asked."""
        if self.job is None:
            return []
        told, said = _told(self.job), self._said
        return [_finding(name, told.get(name), self.book, said) for name in plugins.PLUGINS]

    @cached_property
    def rows(self) -> list[Row]:
        said = self._said
        found = [
            Row(
                field,
                said[field],
                [(f, f.offers[field]) for f in self.findings if field in f.offers],
            )
            for field in LABELS
        ]
        return [row for row in found if row.offers]

    @property
    def is_alike(self) -> bool:
        """Say whether a source has the book, and none has anything better."""
        return any(finding.match for finding in self.findings) and not self.rows


def shown(field: str, value: Any) -> str:
    """Show a value of a field: a cover as the image, all else as text."""
    if field == "coverImages":
        return cover(value[0], "", "small") if value else ""
    if isinstance(value, list):
        return "; ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _told(job: Job) -> dict[str, Any]:
    told: dict[str, Any] = (job.result or job.state).get("sources", {})
    return told


def _finding(name: str, answer: dict[str, Any] | None, book: Book, said: dict[str, Any]) -> Finding:
    if answer is None:
        return Finding(name, "waiting", "", None, {})
    if answer["record"] is None:
        return Finding(name, answer["state"], answer["reason"], None, {})
    record = unpacked(answer["record"])
    match = Match(record, matching.confidence(recheck.wanted(book), record))
    changes = book_changes.proposed(said, record)
    offers = {
        c.field: _offer(c.field, c.new) for c in changes if book_changes.is_valid(c.field, c.new)
    }
    return Finding(name, "matched", "", match, offers)


def _offer(field: str, value: Any) -> Any:
    """Put a cover first, since that is the one that is shown: whoever takes it means to show it."""
    return [value[-1], *value[:-1]] if field == "coverImages" else value

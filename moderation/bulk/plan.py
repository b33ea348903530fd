"""What will happen to each chosen book, worked out before anybody confirms it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog.models import Book
from config import statements
from moderation.bulk.steps import GONE, Step
from moderation.models import DUPLICATES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

IN_CATALOG = "its ISBN is in the catalog already"
DOUBTFUL = "flagged as a possible duplicate"
SHOWN = 50
# An array, since ten thousand placeholders take longer to read than the rows.
_FACTS = """
SELECT b.id, b.status, b.sent_back_at IS NOT NULL,
       coalesce(s.flags && %(duplicates)s::varchar[], false),
       EXISTS (SELECT FROM edition_isbns i
               WHERE i.isbn13 = b.isbn13 AND i.owner_user_id IS NULL)
FROM books b LEFT JOIN book_screenings s ON s.book_id = b.id
WHERE b.id = ANY(%(ids)s::uuid[])
"""


class Part(NamedTuple):
    """Books of one fate: what it is, how many for which reason, and the first of them."""

    title: str
    size: int
    reasons: list[tuple[str, int]]
    shown: list[tuple[Book, str]]

    @property
    def more(self) -> int:
        return self.size - len(self.shown)


@dataclass(slots=True)
class Plan:
    """Books by what will happen to them, in the order in which they were chosen."""

    step: Step
    ready: list[UUID] = field(default_factory=list)
    doubtful: dict[UUID, str] = field(default_factory=dict)
    skipped: dict[UUID, str] = field(default_factory=dict)

    def parts(self) -> dict[str, Part]:
        """Give the ready, the doubtful and the skipped as a page shows them, with one query."""
        fates = {
            "ready": dict.fromkeys(self.ready, ""),
            "doubtful": self.doubtful,
            "skipped": self.skipped,
        }
        first = [pk for fate in fates.values() for pk in list(fate)[:SHOWN]]
        books = Book.objects.in_bulk(first)
        titles = {
            "ready": f"Will be {self.step.done}",
            "doubtful": "May be here already",
            "skipped": "Left alone",
        }
        return {name: _part(titles[name], fate, books) for name, fate in fates.items()}


def make(step: Step, ids: Iterable[UUID]) -> Plan:
    """Look at each chosen book as it is now; one query."""
    ids = list(ids)
    facts = {
        row[0]: row[1:]
        for row in statements.rows(_FACTS, {"ids": ids, "duplicates": list(DUPLICATES)})
    }
    plan = Plan(step)
    for pk in ids:
        _place(plan, pk, facts.get(pk))
    return plan


def _place(plan: Plan, pk: UUID, facts: tuple[Any, ...] | None) -> None:
    if facts is None:
        plan.skipped[pk] = GONE
        return
    status, is_sent_back, is_flagged, is_known = facts
    doubt = IN_CATALOG if is_known else DOUBTFUL if is_flagged else ""
    if why := plan.step.obstacle(status, is_sent_back=is_sent_back):
        plan.skipped[pk] = why
    elif doubt and plan.step.minds_doubts:
        plan.doubtful[pk] = doubt
    else:
        plan.ready.append(pk)


def _part(title: str, fate: dict[UUID, str], books: dict[UUID, Book]) -> Part:
    shown = [(books[pk], why) for pk, why in list(fate.items())[:SHOWN] if pk in books]
    reasons = Counter(why for why in fate.values() if why)
    return Part(f"{title}: {len(fate):,}", len(fate), reasons.most_common(), shown)

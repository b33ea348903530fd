"""Taking books a step, each on a savepoint of its own, and telling which were not taken."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from catalog import lifecycle
from catalog.models import Book
from config.model_admin import shortened, why_not
from moderation.bulk.steps import GONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from moderation.bulk.steps import Step

MOST_NAMED = 200
"""Books that were not taken, of which a result keeps name and reason; of the others, the reason."""


@dataclass(slots=True)
class Tally:
    """How many books were taken, and of the others why not; a job notes it down as JSON."""

    done: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    named: list[tuple[str, str, str]] = field(default_factory=list)
    """Of the first: id, title, reason."""

    def leave(self, pk: UUID, title: str, why: str) -> None:
        self.reasons[why] = self.reasons.get(why, 0) + 1
        if len(self.named) < MOST_NAMED:
            self.named.append((str(pk), shortened(title), why))

    @property
    def left(self) -> int:
        return sum(self.reasons.values())

    @property
    def unnamed(self) -> int:
        return self.left - len(self.named)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def leave_out(tally: Tally, fates: Mapping[UUID, str]) -> None:
    """Note what a plan leaves alone: the reason by the book."""
    titles = dict(Book.objects.filter(pk__in=list(fates)[:MOST_NAMED]).values_list("pk", "title"))
    for pk, why in fates.items():
        tally.leave(pk, titles.get(pk, "A deleted book"), why)


def take(step: Step, ids: Sequence[UUID], reason: str, tally: Tally) -> None:
    """Take books the step, in the transaction under way and in the name of whoever is acting.

    What somebody else did meanwhile is found out under the books' locks, and is left as it is.
    """
    books = lifecycle.hold_many(ids)
    for pk in ids:
        book = books.get(pk)
        why = why_not(lambda row: step.take(row, reason), book) if book else GONE
        if why:
            tally.leave(pk, book.title if book else "A deleted book", why)
        else:
            tally.done += 1

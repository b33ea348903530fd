"""The steps that many books can be taken, and what stands in the way of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog import lifecycle
from catalog.models import Book
from config.errors import ConflictError
from moderation.books.messages import tell_submitter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FINALIZED = "already finalized"
SENT_BACK = "sent back, so it waits for its submitter"
WITHDRAWN = "withdrawn"
WAITING = "not finalized yet"
GONE = "deleted meanwhile"


@dataclass(frozen=True, slots=True)
class Step:
    """What may be done with many books.

    `obstacles` says, of each state that a book may be in instead, why it is left alone.
    """

    name: str
    verb: str
    done: str
    note: str
    obstacles: Mapping[str, str]
    act: Callable[[Book, str], object]
    asks_reason: bool = False
    minds_doubts: bool = False

    def obstacle(self, status: str, *, is_sent_back: bool) -> str:
        """Say what stands in the way; empty when nothing does."""
        return self.obstacles.get(SENT_BACK if is_sent_back else status, "")

    def take(self, book: Book, reason: str) -> None:
        """Take one book the step, as it is now; raises ConflictError and what `act` raises."""
        held = lifecycle.hold(book)
        if why := self.obstacle(held.status, is_sent_back=held.sent_back_at is not None):
            raise ConflictError(why)
        self.act(held, reason)


def _send_back(book: Book, reason: str) -> None:
    tell_submitter(lifecycle.send_back(book, reason))


_NOT_PENDING = {Book.Status.ACTIVE: FINALIZED, Book.Status.INACTIVE: WITHDRAWN}
_ALL = (
    Step(
        "finalize",
        "Finalize",
        "finalized",
        "Readers find them at once. This cannot be undone, but each can be withdrawn.",
        _NOT_PENDING | {SENT_BACK: SENT_BACK},
        lambda book, _: lifecycle.finalize(book),
        minds_doubts=True,
    ),
    Step(
        "send_back",
        "Send back",
        "sent back",
        "Each submitter is told the reason, and hands the book in again when it is changed.",
        _NOT_PENDING | {SENT_BACK: "sent back already"},
        _send_back,
        asks_reason=True,
    ),
    Step(
        "withdraw",
        "Withdraw",
        "withdrawn",
        "Search will no longer show them; shelves that hold them keep them. This cannot be undone.",
        {
            Book.Status.PENDING: WAITING,
            SENT_BACK: WAITING,
            Book.Status.INACTIVE: "withdrawn already",
        },
        lambda book, _: lifecycle.deactivate(book),
    ),
)
STEPS = {step.name: step for step in _ALL}

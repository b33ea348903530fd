"""A book's life: submitted, enriched, replaced or discarded while PENDING, finalized, deactivated.

A PENDING book waits for a moderator, or, when it was sent back, for its submitter; whoever replaces
it hands it in again.

The publishers' API, the admin and the commands all come through here. Each
function is one transaction and leaves its entry in the audit trail. The arrows are
`catalog.models.TRANSITIONS`; a trigger holds them against writes that come another way.

What triggers write (`updated_at`) the returned book does not know; whoever shows it reads it again.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from catalog import genres, placement
from catalog.models import TRANSITIONS, Book
from config.errors import InvalidStatusError, NotFoundError
from config.row_security import acting_as, current_actor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from catalog.models import Work

_VERBS = {
    Book.Status.ACTIVE: "finalized",
    Book.Status.INACTIVE: "deleted",
}

NOT_SENT_BACK: dict[str, Any] = {"sent_back_at": None, "sent_back_reason": ""}


@transaction.atomic(savepoint=False)
def submit(*, genre_names: Sequence[str] = (), **fields: Any) -> Book:
    """Create a PENDING book. `fields` are Book's; raises IntegrityError on a taken ISBN.

    A refusal ends the transaction that this stands in: a savepoint would cost two trips.
    """
    book = Book.objects.create(**fields)
    if genre_names:
        genres.set_on(book, genre_names)
    return book


@transaction.atomic
def replace(book: Book, *, genre_names: Sequence[str], **fields: Any) -> Book:
    """Write all of a PENDING book anew; InvalidStatusError for any other."""
    book = hold_pending(book)
    if not current_actor().is_staff:
        fields |= NOT_SENT_BACK
    for name, value in fields.items():
        setattr(book, name, value)
    book.save(update_fields=list(fields))
    genres.set_on(book, genre_names)
    return book


@transaction.atomic
def send_back(book: Book, reason: str) -> Book:
    """Have a PENDING book wait for its submitter, who is told why; else InvalidStatusError.

    `reason` is plain text of 1 to 2,000 characters; sent back again, the book has the new one.
    """
    book = hold_pending(book)
    book.sent_back_at, book.sent_back_reason = timezone.now(), reason
    book.save(update_fields=["sent_back_at", "sent_back_reason"])
    return book


@transaction.atomic
def enrich(book: Book, *, genre_names: Sequence[str] = (), **fields: Any) -> None:
    """Write what a source says of a book, which the caller holds (`hold`), whatever its status.

    Genres are added to those that it has.
    """
    if fields:
        for name, value in fields.items():
            setattr(book, name, value)
        book.save(update_fields=list(fields))
    genres.add_to(book, genre_names)


@transaction.atomic
def discard(book: Book) -> None:
    """Delete a PENDING book for good; InvalidStatusError for any other.

    What others hung on it goes along, which its submitter could not delete: so the platform does
    it, in the name of whoever is acting.
    """
    book = hold_pending(book)
    with acting_as(dataclasses.replace(current_actor(), role="system")):
        book.delete()


@transaction.atomic
def finalize(book: Book, work: Work | None = None) -> Book:
    """Make a PENDING book ACTIVE and place it in the catalog; else InvalidStatusError.

    With `work` as another edition of it, for which `placement.place` may raise.
    """
    book = hold(book)
    _require_arrow(book, Book.Status.ACTIVE)
    book.edition = placement.place(book, work)
    book.status, book.finalized_at = Book.Status.ACTIVE, timezone.now()
    book.sent_back_at, book.sent_back_reason = None, ""
    book.save(update_fields=["status", "edition", "finalized_at", *NOT_SENT_BACK])
    return book


@transaction.atomic
def deactivate(book: Book) -> Book:
    """Make an ACTIVE book INACTIVE, out of everybody's sight; else InvalidStatusError."""
    book = hold(book)
    _require_arrow(book, Book.Status.INACTIVE)
    book.status = Book.Status.INACTIVE
    book.save(update_fields=["status"])
    if book.edition:
        placement.withdraw(book.edition)
    return book


def hold_pending(book: Book) -> Book:
    """Read a book anew and hold it for the transaction; InvalidStatusError unless PENDING."""
    book = hold(book)
    require_pending(book)
    return book


def require_pending(book: Book) -> None:
    if book.status != Book.Status.PENDING:
        raise InvalidStatusError(f"The book is {book.status}; it must be PENDING to be changed.")


def _require_arrow(book: Book, target: Book.Status) -> None:
    if (book.status, target) in TRANSITIONS:
        return
    origin = next(begin for begin, end in TRANSITIONS if end == target)
    raise InvalidStatusError(
        f"The book is {book.status}; it must be {origin} to be {_VERBS[target]}."
    )


def hold_many(ids: Iterable[UUID]) -> dict[UUID, Book]:
    """Hold books that are to be finalized in one transaction, and the names of their authors.

    All in one order, so that two moderators who take many at once come one after the other. What
    has been deleted meanwhile is left out.
    """
    held = Book.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    found = {book.pk: book for book in held}
    placement.lock_names(name for book in found.values() for name in book.authors)
    return found


def hold(book: Book) -> Book:
    """Read the book again and hold it: two moderators come one after the other.

    Raises NotFoundError when it has been deleted meanwhile. A member may hold their book while it
    is PENDING alone: InvalidStatusError when it has been finalized meanwhile.
    """
    held = Book.objects.select_for_update(of=("self",)).filter(pk=book.pk).first()
    if held:
        return held
    if Book.objects.filter(pk=book.pk).exists():
        raise InvalidStatusError
    raise NotFoundError

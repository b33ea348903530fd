"""Ask a source about a submitted book, and write what it knows better (contract, "Members").

Three steps: read the book, ask the source, apply what it says. Only the first and the last are in
a transaction. The last one holds the row, asks again whether all of this is still allowed, and
compares with the book as it is by then, so that nobody's edit in between is overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, prefetch_related_objects

from accounts.models import Permission
from catalog import lifecycle
from catalog.locks import LOCKED_AS
from catalog.models import Book, BookGenre
from config.errors import ForbiddenError, InvalidError, InvalidStatusError
from config.row_security import acting_as
from enrichment import matching
from enrichment.recheck import book_changes
from enrichment.records import Wanted
from enrichment.sources import plugins
from shelves import member_books

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from config.row_security import Actor
    from enrichment.matching import Match
    from enrichment.recheck.book_changes import Change, Said
    from enrichment.records import BookRecord
    from enrichment.sources.base import Plugin

COLUMNS = {field: column for column, field in LOCKED_AS.items()}
"""The columns of the fields that a recheck looks at, by the API's names."""


class Apply(StrEnum):
    """What of the source's answer is written: all of it, what fills a blank, or nothing."""

    ALL = "all"
    BLANKS = "blanks"
    NONE = "none"


REASONS = {
    "locked": "a person has set the field",
    "below_threshold": f"the confidence is below {matching.THRESHOLD}",
    "preview": "nothing was to be applied",
    "not_blank": "only blanks were to be filled",
    "changed_meanwhile": "somebody changed the field while the source was asked",
    "invalid": "the value breaks a rule of the field",
    "held_back": "another value is invalid, and all are written or none",
}
"""Why a change is not applied; the first that holds is told."""


def named(plugin: str) -> Plugin:
    """Give the source of this name; raises InvalidError, which lists those that there are."""
    if plugin not in plugins.PLUGINS:
        known = ", ".join(plugins.PLUGINS)
        raise InvalidError.of("plugin", f"There is no such source; known are: {known}.")
    return plugins.PLUGINS[plugin]


def recheck(
    book_id: UUID,
    plugin: str,
    apply: Apply,
    actor: Actor,
    *,
    permissions: Collection[str] = (),
    patience: float = 10.0,
) -> dict[str, Any]:
    """Give `{book, plugin, matched, confidence, changes}`, and have written what is applied.

    `matched` is whether the source has any candidate; `permissions` are the actor's for the books
    of their publisher. Raises InvalidError for an unknown plugin; NotFoundError unless the actor
    sees the book; ForbiddenError and InvalidStatusError when something is to be written that they
    may not change; DuplicateBookError when another book has the better title and authors already;
    and what the source raises. The book is then as it was.
    """
    source = named(plugin)
    asking = _Recheck(book_id, apply, actor, permissions)
    sought, before = asking.read()
    records = source.find(sought, patience=patience)
    return {"plugin": plugin, **asking.settle(before, records)}


@dataclass(frozen=True, slots=True)
class _Recheck:
    """The two steps inside of transactions; between them nothing is held."""

    book_id: UUID
    apply: Apply
    actor: Actor
    permissions: Collection[str]

    def read(self) -> tuple[Wanted, Said]:
        with acting_as(self.actor):
            book = member_books.visible(self.book_id, self.actor)
            self._require_right(book)
            return wanted(book), said_by(book)

    def settle(self, before: Said, records: Sequence[BookRecord]) -> dict[str, Any]:
        with acting_as(self.actor):
            book = self._held()
            match, changes = _settled(book, before, records, self.apply)
            _write(book, self.actor, [change for change in changes if not change.reason])
            return {
                "book": member_books.one(self.book_id, self.actor),
                "matched": match is not None,
                "confidence": match.confidence if match else 0.0,
                "changes": [change.told() for change in changes],
            }

    def _held(self) -> Book:
        """Read the book as it is by now, and hold it if something may be written."""
        book = member_books.visible(self.book_id, self.actor)
        if self.apply is not Apply.NONE:
            book = lifecycle.hold(book)
        self._require_right(book)
        return book

    def _require_right(self, book: Book) -> None:
        if self.apply is not Apply.NONE:
            require_right(book, self.actor, self.permissions)


def require_right(book: Book, actor: Actor, permissions: Collection[str]) -> None:
    """Raise unless the actor, who sees the book, may have it changed by a source.

    Moderators may while it is PENDING or ACTIVE; who brought it, alone or for the publisher with
    `books:update`, while it is PENDING.
    """
    if actor.is_system or actor.is_staff:
        if book.status == Book.Status.INACTIVE:
            raise InvalidStatusError("The book is INACTIVE; nothing changes it any more.")
        return
    if not (book.is_members(actor.user_id) or _is_publishers(book, actor, permissions)):
        raise ForbiddenError('Only who brought this book may change it; "apply": "none" shows it.')
    lifecycle.require_pending(book)


def _is_publishers(book: Book, actor: Actor, permissions: Collection[str]) -> bool:
    is_theirs = book.publisher_id is not None and book.publisher_id == actor.publisher_id
    return is_theirs and Permission.UPDATE in permissions


def said_by(book: Book) -> Said:
    """Give what a book says, by the API's names; "" and None stand for nothing."""
    tags = Prefetch("book_genres", BookGenre.objects.select_related("genre"))
    prefetch_related_objects([book], tags)
    genres = [tag.genre.name for tag in book.book_genres.all()]
    return {field: getattr(book, column, genres) for field, column in COLUMNS.items()}


def wanted(book: Book) -> Wanted:
    """Give what a source is asked for: the book as far as it is known."""
    return Wanted(
        title=book.title,
        authors=tuple(book.authors),
        isbn13=book.isbn13,
        language=book.language,
    )


def _settled(
    book: Book, before: Said, records: Sequence[BookRecord], apply: Apply
) -> tuple[Match | None, list[Change]]:
    """Choose the match for the book as it is now, and say of each change what becomes of it."""
    match = matching.best(wanted(book), records)
    if match is None:
        return None, []
    now = said_by(book)

    def why_not(change: Change) -> str:
        reasons = {
            "locked": change.field in book.locked_fields,
            "below_threshold": not match.is_sure,
            "preview": apply is Apply.NONE,
            "not_blank": apply is Apply.BLANKS and bool(change.old),
            "changed_meanwhile": now[change.field] != before[change.field],
        }
        return next((reason for reason, holds in reasons.items() if holds), "")

    return match, book_changes.held_back(book_changes.proposed(now, match.record), why_not)


def _write(book: Book, actor: Actor, changes: Sequence[Change]) -> None:
    if not changes:
        return
    new = {COLUMNS[change.field]: change.new for change in changes}
    if book.publisher_id is not None or not {"title", "authors"} & set(new):
        lifecycle.enrich(book, **new)
        return
    title, authors = new.get("title", book.title), new.get("authors", book.authors)
    with member_books.unique(title, authors, actor, but=book):
        lifecycle.enrich(book, **new)

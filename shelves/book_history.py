"""A book's audit trail as its creator and moderators read it: what changed, and nobody's name."""

from __future__ import annotations

import ast
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.contrib.postgres.fields import ArrayField
from django.db.models import DecimalField

from catalog.models import Book
from config.errors import ForbiddenError

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from config.row_security import Actor

TOLD_AS = {
    "title": "title",
    "authors": "authors",
    "isbn13": "isbn",
    "description": "description",
    "language": "language",
    "published_date": "publishedDate",
    "cover_images": "coverImages",
    "genres": "genres",
    "price": "price",
    "currency": "currency",
    "book_format": "bookFormat",
    "status": "status",
    "locked_fields": "lockedFields",
    "finalized_at": "finalizedDate",
}
"""The API's names of what is told, by those of the columns; who submitted it is not."""

Entry = dict[str, Any]


def entries(book: Book, actor: Actor) -> QuerySet[LogEntry, Entry]:
    """Give the entries of a book's trail, the latest first; ForbiddenError for others."""
    if not actor.is_staff and book.created_by_id != actor.user_id:
        raise ForbiddenError("A book's history is for its creator and for moderators.")
    columns = ("timestamp", "action", "changes", "cid", "actor_id", "actor__is_staff")
    found: QuerySet[LogEntry] = LogEntry.objects.get_for_object(book).order_by("-id")
    return found.values(*columns)


def event(entry: Entry, book: Book, actor: Actor) -> dict[str, Any]:
    """Shape an entry: `{at, action, actor, changes: [{field, old, new}], requestId}`."""
    told = {name: change for name, change in (entry["changes"] or {}).items() if name in TOLD_AS}
    return {
        "at": entry["timestamp"],
        "action": str(dict(LogEntry.Action.choices)[entry["action"]]),
        "actor": _who(entry, book, actor),
        "changes": [_change(name, change, entry["action"]) for name, change in told.items()],
        "requestId": entry["cid"],
    }


def _who(entry: Entry, book: Book, actor: Actor) -> str:
    if entry["actor_id"] is None:
        return "unknown"
    if entry["actor_id"] == actor.user_id:
        return "you"
    if entry["actor__is_staff"]:
        return "moderator"
    return "publisher" if book.publisher_id else "member"


def _change(name: str, change: Any, action: int) -> dict[str, Any]:
    values = _genres(change) if name == "genres" else _values(name, change, action)
    return {"field": TOLD_AS[name]} | values


def _genres(change: dict[str, Any]) -> dict[str, Any]:
    """Say which genres went, as `old`, or came, as `new`; an entry tells of one of the two."""
    came = change["operation"] == "add"
    return {"old": [] if came else change["objects"], "new": change["objects"] if came else []}


def _values(name: str, change: list[str], action: int) -> dict[str, Any]:
    old, new = (_value(name, text) for text in change)
    return {"old": None if action == LogEntry.Action.CREATE else old, "new": new}


def _value(name: str, text: str) -> Any:
    """Read a value as the trail keeps it, which is its `str()`; tell it as the book shows it."""
    field = Book._meta.get_field(name)  # noqa: SLF001  (documented)
    if isinstance(field, ArrayField):
        return ast.literal_eval(text)
    if not text or (text == "None" and field.null):
        return None
    return Decimal(text) if isinstance(field, DecimalField) else text

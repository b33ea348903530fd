"""A book's audit trail in words: who did what to it, and when."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from auditlog.models import LogEntry
from django.utils.text import get_text_list

from config.model_admin import Change, changes_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from catalog.models import Book

MOST_SHOWN = 100
LABELS = {
    "isbn13": "ISBN",
    "published date": "published",
    "cover images": "covers",
    "book format": "format",
    "sent back reason": "reason",
    "locked fields": "locked",
}
UNTOLD = {"id", "edition", "publisher", "created by", "finalized at", "sent back at"}
"""Ids, and times that the entry has anyway."""
STEPS = {"ACTIVE": "finalized it", "INACTIVE": "withdrew it"}


class Happening(NamedTuple):
    """An entry of the trail; `who` is an e-mail while the account is there."""

    who: str
    deed: str
    at: datetime
    changes: list[Change]
    request_id: str
    number: int

    def __str__(self) -> str:
        return f"{self.who} {self.deed} at {self.at:%H:%M} UTC on {self.at:%Y-%m-%d}."


def version_of(book: Book) -> str:
    """Name the state that a book is in; it is another one after each change of it or its genres."""
    return _version(book, _entries(book).values_list("pk", flat=True).first())


def version_after(book: Book, happenings: list[Happening]) -> str:
    """Name the state in which the whole trail, as it was read, has left a book."""
    return _version(book, happenings[0].number if happenings else None)


def _version(book: Book, last: int | None) -> str:
    return f"{book.updated_at.isoformat()} {last or 0}"


def since(book: Book, version: str) -> list[Happening]:
    """Give what happened to a book after a version, the latest first."""
    _, _, last = version.rpartition(" ")
    number = int(last) if last.isdecimal() else 0
    return [_told(entry) for entry in _with_actor(_entries(book).filter(pk__gt=number))]


def trail(book: Book) -> list[Happening]:
    return [_told(entry) for entry in _with_actor(_entries(book))]


def _entries(book: Book) -> QuerySet[LogEntry]:
    entries: QuerySet[LogEntry] = LogEntry.objects.get_for_object(book).order_by("-pk")
    return entries


def _with_actor(entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
    return entries.select_related("actor")[:MOST_SHOWN]


def _told(entry: LogEntry) -> Happening:
    who = str(entry.actor) if entry.actor else "The platform"
    changes = [_readable(each) for each in changes_of(entry) if each.field not in UNTOLD]
    return Happening(
        who, _deed(entry, changes), entry.timestamp, changes, entry.cid or "", entry.pk
    )


def _deed(entry: LogEntry, changes: list[Change]) -> str:
    told = entry.changes_dict or {}
    if entry.action == LogEntry.Action.CREATE:
        return "submitted it"
    if "status" in told:
        return STEPS.get(told["status"][1], "changed its status")
    if "sent_back_at" in told:
        return "sent it back" if told.get("sent_back_reason", ["", ""])[1] else "handed it in again"
    if "comment" in told:
        return "deleted a comment"
    names = [change.field for change in changes if change.field != LABELS["locked fields"]]
    return f"changed {get_text_list(names, 'and')}" if names else "saved it"


def _readable(change: Change) -> Change:
    label = LABELS.get(change.field, change.field)
    return Change(label, _plain(change.old), _plain(change.new))


def _plain(text: str) -> str:
    """Write a list as people do, not as Python does."""
    if text.startswith("["):
        with suppress(ValueError, SyntaxError):
            return "; ".join(map(str, ast.literal_eval(text)))
    return text

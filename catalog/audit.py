"""What the audit trail keeps of books, and of the authors that readers delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlog.models import LogEntry
from auditlog.registry import auditlog

from catalog.models import Book
from config.audit import columns

if TYPE_CHECKING:
    from catalog.models import Author

UNTOLD = {"match_key", "created_at", "updated_at"}
auditlog.register(Book, include_fields=columns(Book, but=UNTOLD))


def author_deleted(author: Author, *, works: int, editions: int) -> None:
    """Say that a reader's author went, and how much with it.

    It names the author by id alone: the row was its owner's, and moderators read the trail.
    """
    LogEntry.objects.log_create(
        author,
        action=LogEntry.Action.DELETE,
        object_repr=str(author.pk),
        changes={"works": [works, 0], "editions": [editions, 0]},
    )

"""Publishers' files that come by HTTP, from a publisher's own systems or by a moderator.

The file waits in `enrichment.uploads` for a job (`enrichment.book_uploads.job`), which loads it as
`import_books` does: the same formats, the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.models import Permission
from config.errors import LimitReachedError
from enrichment import jobs
from enrichment.book_files.rows import Action
from enrichment.models import Job

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

KIND = "book_import"
MOST_UNFINISHED = 10
"""Files of one user that wait or are read; each takes room until it is."""
NEEDED = {Action.UPDATE: Permission.UPDATE, Action.DELETE: Permission.DELETE}
"""What a token must grant for rows that do more than bring a book."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with a file that is kept; `may` is what its sender's token grants."""

    upload: UUID
    publisher: UUID
    format: str
    finalize: bool
    may: Collection[str] = tuple(Permission.values)

    def arguments(self) -> dict[str, Any]:
        return {
            "upload": str(self.upload),
            "publisher": str(self.publisher),
            "format": self.format,
            "finalize": self.finalize,
            "actions": [
                action.value
                for action in Action
                if action not in NEEDED or NEEDED[action] in self.may
            ],
        }


def start(order: Order, *, user_id: UUID | None) -> UUID:
    """Start the job that loads a file, once for each; in the transaction under way.

    Raises LimitReachedError for somebody who has too many under way.
    """
    own = Job.objects.unfinished().filter(user=user_id, kind=KIND)
    if own.count() >= MOST_UNFINISHED:
        raise LimitReachedError(
            f"{MOST_UNFINISHED} files of yours are not read yet. Wait until one is."
        )
    return jobs.start(
        KIND, user_id=user_id, arguments=order.arguments(), once_key=str(order.upload)
    )

"""Where the catalog's shared rows come from: one source, which an app above registers.

The catalog knows what it asks of a source and nothing of how that answers. Without one, what the
catalog has is served and nothing more can be imported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Imported:
    """A row that an import brought or renewed; `more` goes into the answer beside it."""

    id: UUID
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundAuthor:
    """An author as a search found them, and how long that search counts."""

    openlibrary_id: str
    name: str
    ol_fetched_at: datetime | None = None
    ol_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundAuthors:
    """What a search gave, the best first; an old one where the source fails is stale."""

    authors: Sequence[FoundAuthor] = ()
    is_stale: bool = False


class Source(Protocol):
    """Reads upstream and writes shared rows, as the platform.

    Searches and imports are called outside any transaction, since they may wait for the network.
    They raise NotFoundError for an id that is unknown upstream, UnprocessableRecordError for a
    record that is no good and UpstreamError for a failure, and leave then what was there.
    """

    def search_authors(self, query: str, limit: int) -> FoundAuthors:
        """Find up to `limit` authors."""

    def import_author(self, openlibrary_id: str, user_id: UUID | None) -> Imported:
        """Bring an author into the catalog, or renew it; the works follow for this user.

        Asked for a fresh row, too, whose works are due; then the author is not fetched.
        """

    def import_work(self, openlibrary_id: str, author_id: UUID) -> Imported:
        """Bring a work into the catalog, or renew it, and link it to an author.

        Asked for a fresh row, too, that is not linked to this author; then nothing is fetched.
        """

    def import_edition(self, openlibrary_id: str, work_id: UUID) -> Imported:
        """Bring an edition of a work into the catalog, or renew it.

        Raises NotFoundError where upstream has it under another work.
        """

    def refresh(self, author_id: UUID, user_id: UUID | None) -> None:
        """Have the works of an author renewed after this transaction; it waits for nothing."""


_registered: list[Source] = []


def register(source: Source | None) -> None:
    """Make this the source from now on; with None there is none."""
    _registered[:] = [source] if source else []


def current() -> Source | None:
    return next(iter(_registered), None)

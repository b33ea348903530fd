"""Authors whom Open Library finds: an answer counts for a week, and is kept for hard times."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.utils import timezone

from catalog.sources import FoundAuthor, FoundAuthors
from config.errors import UpstreamError
from enrichment.importing.catalog_writes import FRESH_FOR
from enrichment.outside import single_flight
from enrichment.sources import openlibrary

if TYPE_CHECKING:
    from datetime import datetime

KEPT_FOR = timedelta(days=30)
ASKED_FOR = 50
"""As many as one search gives at most, so that its `limit` is no part of the question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Open Library said: ids and names, the best first."""

    authors: tuple[tuple[str, str], ...]
    fetched_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.fetched_at + FRESH_FOR

    @property
    def is_fresh(self) -> bool:
        return self.expires_at > timezone.now()


def search(query: str, limit: int) -> FoundAuthors:
    """Find up to `limit` authors; raises UpstreamError where nothing was ever answered."""
    key = _key(query)
    try:
        answer = single_flight.once(key, partial(_ask, query, key), is_done=partial(_fresh, key))
    except UpstreamError:
        kept = _kept(key)
        if kept is None:
            raise
        answer = kept
    found = [FoundAuthor(*a, answer.fetched_at, answer.expires_at) for a in answer.authors[:limit]]
    return FoundAuthors(found, is_stale=not answer.is_fresh)


def _ask(query: str, key: str) -> Answer:
    found = openlibrary.search_authors(query, ASKED_FOR)
    authors = tuple((author.openlibrary_id, author.name) for author in found)
    answer = Answer(authors, timezone.now())
    cache.set(key, (answer.authors, answer.fetched_at), KEPT_FOR.total_seconds())
    return answer


def _fresh(key: str) -> Answer | None:
    answer = _kept(key)
    return answer if answer and answer.is_fresh else None


def _kept(key: str) -> Answer | None:
    kept = cache.get(key)
    return Answer(*kept) if kept else None


def _key(query: str) -> str:
    """Name a question, whatever its case and white space."""
    folded = " ".join(unicodedata.normalize("NFKC", query).casefold().split())
    return f"author-search:{blake2b(folded.encode(), digest_size=16).hexdigest()}"

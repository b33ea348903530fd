"""When works were first published: lists of works hardly ever say it, the search does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from enrichment.sources import dates, openlibrary_fields, openlibrary_requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST = 1000


def of_author(openlibrary_id: str, *, patience: float = 10.0) -> dict[str, int]:
    """Give the years of an author's works by their ids, as far as one answer goes.

    Raises UpstreamError.
    """
    asked = {"q": f"author_key:{openlibrary_id}", "fields": "key,first_publish_year", "limit": MOST}
    return dict(_years(openlibrary_requests.docs("/search.json", asked, patience) or ()))


def _years(docs: Iterable[Any]) -> Iterator[tuple[str, int]]:
    for doc in docs:
        key = openlibrary_fields.key(doc, "W")
        year = dates.possible_year(doc.get("first_publish_year")) if key else None
        if key and year:
            yield key, year

"""When works were first published: lists of works hardly ever say it, the search does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from enrichment.sources import dates, openlibrary_fields, openlibrary_requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE = 1000
MOST_PAGES = 10


def of_author(openlibrary_id: str, *, patience: float = 10.0) -> dict[str, int]:
    """Give the years of an author's works by their ids: a request for each thousand, ten at most.

    Raises UpstreamError.
    """
    asked = {"q": f"author_key:{openlibrary_id}", "fields": "key,first_publish_year", "limit": PAGE}
    found: dict[str, int] = {}
    for offset in range(0, MOST_PAGES * PAGE, PAGE):
        docs = openlibrary_requests.docs("/search.json", asked | {"offset": offset}, patience) or []
        known = len(found)
        found |= dict(_years(docs))
        # A page that says nothing new is the last one, too, where `offset` is not heeded.
        if len(docs) < PAGE or len(found) == known:
            break
    return found


def _years(docs: Iterable[Any]) -> Iterator[tuple[str, int]]:
    for doc in docs:
        key = openlibrary_fields.key(doc, "W")
        year = dates.possible_year(doc.get("first_publish_year")) if key else None
        if key and year:
            yield key, year

"""Legimi: whether a title is in its subscription (external-services, "Legimi").

There is no documented API. What is asked here is the JSON of Legimi's own pages, without a key and
without cookies, under our own name. docs/legimi.md says what the operator has to know.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from limits import RateLimitItemPerSecond

from config.errors import FeatureDisabledError
from enrichment import http
from enrichment.legimi.matching import Sought, best, phrases
from enrichment.sources import base
from enrichment.sources.legimi_records import (
    SUBSCRIPTION,
    Formats,
    Listing,
    WrongShapeError,
    read_formats,
    read_listings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Read = TypeVar("Read")

NAME = "legimi"
PACE = (RateLimitItemPerSecond(1, 2),)
"""One request in two seconds: nobody has published a limit, and long lists got people blocked."""
FILTERS = ("ebooks", "audiobooks")
LANGUAGES = ("polish", "english")
MOST_SEARCHES = 10
"""Searches for one work; titles with many parts would else be tried for a minute."""
MOST_EDITIONS = 3
"""Listings of one work that are asked about, until one of them is in the subscription."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Legimi says of a work: the listing that it is, if any, and where that can be read."""

    listing: Listing | None = None
    formats: Formats = field(default_factory=dict)

    @property
    def available(self) -> bool:
        """Whether a subscriber reads it for the fee, in any format.

        The "Katalog Klubowy", for which they pay extra, is not that (1.4).
        """
        return any(SUBSCRIPTION in plans for plans in self.formats.values())


def is_configured() -> bool:
    return settings.LEGIMI_ENABLED


def service() -> http.Service:
    return http.Service(
        name=NAME,
        title="Legimi",
        base_url=settings.LEGIMI_BASE_URL.rstrip("/"),
        user_agent=base.user_agent(),
        pace=PACE,
    )


def look_up(
    sought: Sought,
    *,
    patience: float = 10.0,
    before_request: Callable[[], None] = lambda: None,
) -> Answer:
    """Search by one phrase after the other, until one finds the work; then ask for its formats.

    `before_request` is called before each request, and what it raises ends the look-up. Raises
    NoAnswerError and NoAnswerNowError: then nothing is known, not even that nothing was found.
    """
    if not is_configured():
        # Work that was queued before the operator switched it off.
        raise FeatureDisabledError("Legimi is switched off here.")
    for phrase in islice(phrases(sought), MOST_SEARCHES):
        before_request()
        editions = best(sought, search(phrase, patience=patience))
        if editions:
            return _answer(editions, patience, before_request)
    return Answer()


def _answer(editions: list[Listing], patience: float, before_request: Callable[[], None]) -> Answer:
    """Say of the first edition in the subscription where it can be read, else of the first."""
    answers = []
    for listing in (each for each in editions[:MOST_EDITIONS] if each.is_available):
        before_request()
        answer = Answer(listing, formats(listing.legimi_id, patience=patience))
        if answer.available:
            return answer
        answers.append(answer)
    return answers[0] if answers else Answer(editions[0])


def search(phrase: str, *, patience: float = 10.0) -> tuple[Listing, ...]:
    """Give what Legimi lists for words of a title, in its own order (endpoint A)."""
    query = "&".join(
        (
            f"searchphrase={quote(phrase, safe='')}",
            f"filters={_array(FILTERS)}",
            f"languages={_array(LANGUAGES)}",
            "sort=score",
        )
    )
    return _read(read_listings, "/api/catalogue", query, patience)


def _array(values: tuple[str, ...]) -> str:
    """Write a JSON array for the query; Legimi takes its brackets as they are alone."""
    return quote(json.dumps(values, separators=(",", ":")), safe="[],")


def formats(legimi_id: int, *, patience: float = 10.0) -> Formats:
    """Give the formats of a title, with the plans that each is in (endpoint C)."""
    return _read(read_formats, f"/api/catalogue/book/{legimi_id}", "", patience)


def _read(read: Callable[[dict[str, Any]], Read], path: str, query: str, patience: float) -> Read:
    """Ask, and read the body; a page that is not there means that Legimi has changed."""
    found = http.get(service(), path, query, patience=patience)
    try:
        return read({} if isinstance(found, http.Missing) else found.body)
    except WrongShapeError as exc:
        raise http.wrong_shape(service(), path) from exc

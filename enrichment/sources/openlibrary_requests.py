"""Open Library over the network: its service, and the three forms of its answers.

Everything goes through the door; `patience` is that of `http.get`. What is raised beside
NoAnswerError and NoAnswerNowError is said where it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from limits import RateLimitItemPerSecond

from config.errors import NotFoundError
from enrichment import http
from enrichment.sources import base

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "openlibrary"
PACE = (RateLimitItemPerSecond(10, 10),)
"""One a second in the long run, ten at once: a third of what those may who say their name."""
ASK_FOR_CONTACT = (
    "Open Library turns away clients that do not say whom to write to:"
    " set OPENLIBRARY_CONTACT to an address of this site and an e-mail address."
)
PAGE = 1000
"""The most that one page of a list holds; they refuse to be asked for more."""
LAST_OFFSET = 100_000
"""No author has that many works: whoever still leads us on there leads us in circles."""

_OFFSET = re.compile(r"[?&]offset=([0-9]{1,9})(?:&|$)")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `size` is what their search engine believes to be the whole's."""

    entries: list[Any]
    next_offset: int | None
    size: int | None


def service() -> http.Service:
    return http.Service(
        name=NAME,
        title="Open Library",
        base_url=settings.OPENLIBRARY_BASE_URL.rstrip("/"),
        user_agent=base.user_agent(),
        pace=PACE,
        advice={403: ASK_FOR_CONTACT},
    )


def record(path: str, patience: float, query: Mapping[str, Any] | None = None) -> http.Found:
    """Fetch one JSON object. Raises NotFoundError where there is none."""
    answer = http.get(service(), path, query or {}, patience=patience)
    if not isinstance(answer, http.Found):
        raise NotFoundError("Open Library does not know this id.")
    return answer


def page(path: str, offset: int, patience: float) -> Page:
    """Fetch a part of what hangs on a record. Raises NotFoundError, for a merged record, too."""
    body = record(path, patience, {"limit": PAGE, "offset": offset}).body
    entries, links, size = body.get("entries"), body.get("links"), body.get("size")
    if not isinstance(entries, list):
        raise http.wrong_shape(service(), path)
    link = links.get("next") if entries and isinstance(links, dict) else None
    is_size = type(size) is int and 0 <= size < LAST_OFFSET
    return Page(entries, _next_offset(link, offset), size if is_size else None)


def _next_offset(link: object, offset: int) -> int | None:
    """Read where the next page begins, which has to be after this one."""
    found = _OFFSET.search(link) if isinstance(link, str) else None
    following = int(found[1]) if found else offset
    return following if offset < following < LAST_OFFSET else None


def docs(path: str, query: Mapping[str, Any], patience: float) -> list[Any] | None:
    """Search, the best first; None where there is no such search (404)."""
    answer = http.get(service(), path, query, patience=patience)
    if not isinstance(answer, http.Found):
        return None
    found = answer.body.get("docs")
    if not isinstance(found, list):
        raise http.wrong_shape(service(), path)
    return found

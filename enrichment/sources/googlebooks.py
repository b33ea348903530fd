"""Google Books: volumes by ISBN, or by title and author (external-services.md, section 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from limits import RateLimitItemPerMinute

from config.errors import UpstreamNotConfiguredError
from enrichment import http
from enrichment.sources import base
from enrichment.sources.googlebooks_records import volume
from enrichment.sources.googlebooks_refusals import hold

if TYPE_CHECKING:
    from enrichment.records import BookRecord, Wanted
    from enrichment.sources.base import Candidate

name = "googlebooks"

PACE = (RateLimitItemPerMinute(100),)
MOST_CANDIDATES = 10
LONGEST_QUERY = 200
NOTHING: dict[str, Any] = {"totalItems": 0}


def is_configured() -> bool:
    """Say whether there is a key: without one Google's quota has been zero since 2026."""
    return bool(settings.GOOGLE_BOOKS_API_KEY)


def service() -> http.Service:
    return http.Service(
        name=name,
        title="Google Books",
        base_url=settings.GOOGLE_BOOKS_BASE_URL.rstrip("/"),
        user_agent=base.user_agent(),
        pace=PACE,
        read_refusal=hold,
    )


def find(wanted: Wanted, *, patience: float = 10.0) -> list[BookRecord]:
    """Look a book up (`base.Plugin`): one request, and one for each of three reasons.

    The ISBN is unknown there; only the main title is known; and the book that fits has more
    categories and covers than the list shows.
    """
    if not is_configured():
        raise UpstreamNotConfiguredError("Google Books needs a key: set GOOGLE_BOOKS_API_KEY.")
    found = _by_isbn(wanted.isbn13, patience) if wanted.isbn13 else []
    return base.completed(
        wanted,
        found or _by_title(wanted, patience),
        lambda candidate: _detailed(candidate, patience),
    )


def _by_isbn(isbn13: str, patience: float) -> list[Candidate]:
    """Look for an ISBN. Google searches texts, too, so what it finds may merely mention it."""
    found = _listed(f"isbn:{isbn13}", patience)
    return [each for each in found if isbn13 in each.book.isbns]


def _by_title(wanted: Wanted, patience: float) -> list[Candidate]:
    answers = (_listed(_words(title, wanted), patience) for title in base.titles(wanted))
    return next(filter(None, answers), [])


def _words(title: str, wanted: Wanted) -> str:
    query = f"intitle:{_quoted(title)}"
    return f"{query} inauthor:{_quoted(wanted.authors[0])}" if wanted.authors else query


def _quoted(text: str) -> str:
    return '"' + text[:LONGEST_QUERY].replace('"', " ") + '"'


def _listed(query: str, patience: float) -> list[Candidate]:
    asked = {"q": query, "printType": "books", "maxResults": MOST_CANDIDATES}
    body = _asked("/volumes", asked, patience)
    # Where nothing was found there are no items, and their number is zero.
    items = body.get("items", [] if "totalItems" in body else None)
    if not isinstance(items, list):
        raise http.wrong_shape(service(), "/volumes")
    return base.readable(volume, items)


def _detailed(candidate: Candidate, patience: float) -> BookRecord:
    more = volume(_asked(f"/volumes/{candidate.id}", {}, patience)).book
    book = candidate.book
    return replace(
        book,
        description=more.description or book.description,
        covers=more.covers or book.covers,
        genres=more.genres or book.genres,
    )


def _asked(path: str, query: dict[str, Any], patience: float) -> dict[str, Any]:
    """Ask with the key. A server's address does not tell Google a country, so that goes along."""
    known = {"country": settings.GOOGLE_BOOKS_COUNTRY, "key": settings.GOOGLE_BOOKS_API_KEY}
    answer = http.get(service(), path, query | known, patience=patience)
    return answer.body if isinstance(answer, http.Found) else NOTHING

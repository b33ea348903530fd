"""Google Books' volumes, read (external-services.md, section 3).

Pure: from decoded JSON to frozen records. What a field says in a shape that nobody can use, it does
not say; a volume without an id or a title raises UnprocessableRecordError, and nothing else is
raised whatever the JSON.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from config.errors import UnprocessableRecordError
from enrichment.records import BookRecord
from enrichment.sources import dates, isbns, languages, texts
from enrichment.sources.base import Candidate

if TYPE_CHECKING:
    Json = dict[str, Any]

MOST_GENRES = 10
LONGEST_GENRE = 100
LONGEST_COVER = 2_000
"""The longest address of a cover that a book takes (catalog.models.Book)."""

_SIZES = ("extraLarge", "large", "medium", "small", "thumbnail", "smallThumbnail")
_ISBN_TYPES = ("ISBN_13", "ISBN_10")
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)


def volume(item: object) -> Candidate:
    fields = item if isinstance(item, dict) else {}
    volume_id, info = fields.get("id"), fields.get("volumeInfo")
    if not isinstance(volume_id, str) or not _ID.fullmatch(volume_id):
        raise UnprocessableRecordError("Google Books' volume has no id.")
    return Candidate(volume_id, _book(info if isinstance(info, dict) else {}))


def _book(info: Json) -> BookRecord:
    title = texts.line(info.get("title"))
    if not title:
        raise UnprocessableRecordError("Google Books' volume has no title.")
    return BookRecord(
        title=title,
        subtitle=texts.line(info.get("subtitle")),
        authors=texts.lines(info.get("authors")),
        isbns=_isbns(info.get("industryIdentifiers")),
        description=texts.from_html(info.get("description")),
        language=languages.from_tag(info.get("language")) or "",
        published=dates.read(texts.line(info.get("publishedDate"))),
        covers=_covers(info.get("imageLinks")),
        genres=_genres(info.get("categories")),
    )


def _isbns(identifiers: object) -> tuple[str, ...]:
    """Read the ISBNs among the identifiers: there are ISSNs, too, and those of libraries."""
    entries = identifiers if isinstance(identifiers, list) else []
    found = [each for each in entries if isinstance(each, dict) and each.get("type") in _ISBN_TYPES]
    return isbns.read([each.get("identifier") for each in found])


def _genres(categories: object) -> tuple[str, ...]:
    """Take paths apart: "Fiction / Science Fiction / General" are two genres."""
    parts = [part for path in texts.lines(categories) for part in path.split(" / ")]
    names = [each for each in texts.lines(parts, LONGEST_GENRE) if each.casefold() != "general"]
    return tuple(names[:MOST_GENRES])


def _covers(links: object) -> tuple[str, ...]:
    addresses = (_cover(links.get(size)) for size in _SIZES) if isinstance(links, dict) else ()
    return tuple(dict.fromkeys(each for each in addresses if each))


def _cover(address: object) -> str | None:
    """Give an address by https, and without the curl that Google paints on a corner."""
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    query = "&".join(each for each in parts.query.split("&") if each != "edge=curl")
    plain = urlunsplit(("https", parts.netloc, parts.path, query, ""))
    return plain if parts.hostname and len(plain) <= LONGEST_COVER else None

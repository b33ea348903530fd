"""A work as a page shows it to strangers: what the API's `work` says, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zlib import crc32

import orjson
from django.utils.translation import get_language_info
from stdnum import isbn

from catalog.covers import allowed_cover

TONES = 6
"""How many colours there are for drawn covers (`tone-0` and so on in front_page.css)."""

_SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to"}


@dataclass(frozen=True)
class PublicWork:
    """`isbn` has its hyphens; `language` is a name, or a tag that has none; texts may be empty."""

    title: str
    authors: tuple[str, ...]
    year: int | None
    language: str
    isbn: str
    cover_url: str
    """An address on one of COVER_IMAGE_HOSTS, or nothing."""

    @property
    def initials(self) -> str:
        """Give up to two letters that stand on a drawn cover."""
        return initials(self.title)

    @property
    def tone(self) -> int:
        """Choose the drawn cover's colour, the same each time."""
        return crc32(self.title.encode()) % TONES


def shown(work: dict[str, Any]) -> PublicWork:
    """Shape a `work` of catalog/records.py."""
    edition = work["primary_edition"] or {}
    return PublicWork(
        title=work["title"],
        authors=authors_of(work),
        year=work["publish_year"],
        language=language_name(edition.get("language") or ""),
        isbn=isbn.format(edition["isbn13"]) if edition.get("isbn13") else "",
        cover_url=allowed_cover(edition.get("cover_url")),
    )


def authors_of(work: dict[str, Any]) -> tuple[str, ...]:
    """Read the authors' names back out of the JSON that a work carries them in."""
    return tuple(author["name"] for author in orjson.loads(orjson.dumps(work["authors"])))


def language_name(tag: str) -> str:
    """Give a language's English name: British English for en-GB."""
    try:
        return str(get_language_info(tag.lower())["name"])
    except KeyError:
        return tag


def initials(title: str) -> str:
    """Give the first letters of a title's first two words, small words left out if others stay."""
    words = "".join(c if c.isalnum() else " " for c in title.replace("'", "")).split()
    telling = [word for word in words if word.lower() not in _SMALL_WORDS]
    return "".join(word[0].upper() for word in (telling or words)[:2])

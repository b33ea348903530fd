"""What a source may not overwrite, once a person has set it (contract, "Members")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LOCKED_AS = {
    "title": "title",
    "authors": "authors",
    "cover_images": "coverImages",
    "description": "description",
    "language": "language",
    "published_date": "publishedDate",
    "genre_names": "genres",
}
"""The contract's names of the fields that are locked, by those of the columns."""


def with_locks(locked: Iterable[str], changed: Iterable[str]) -> list[str]:
    """Give a book's locks after a person has changed the columns `changed`."""
    return sorted({LOCKED_AS[name] for name in changed if name in LOCKED_AS}.union(locked))

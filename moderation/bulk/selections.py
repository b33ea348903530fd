"""What a moderator has chosen, kept from the list to the confirmation: these books, no others.

A list may have other books a minute later; what is confirmed is what was shown.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache

if TYPE_CHECKING:
    from uuid import UUID

SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Selection:
    """Books for a step, in the list's order; `query` leads back to the list as it was."""

    step: str
    books: list[UUID]
    query: str


def keep(selection: Selection, user_id: UUID | None) -> str:
    """Keep a moderator's selection for an hour, and give its name."""
    name = secrets.token_urlsafe(16)
    cache.set(_key(user_id, name), selection, SECONDS)
    return name


def find(name: str, user_id: UUID | None) -> Selection | None:
    """Give a moderator's own selection; None when its hour is over, or it is used up."""
    selection: Selection | None = cache.get(_key(user_id, name))
    return selection


def use_up(name: str, user_id: UUID | None) -> bool:
    """Let a selection be used once: False for whoever comes second, with a second click say."""
    return bool(cache.delete(_key(user_id, name)))


def _key(user_id: UUID | None, name: str) -> str:
    return f"bulk:{user_id}:{name}"

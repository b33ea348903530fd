"""The first page of the back-office: what waits, what is new, and how the background fares.

Each number is a link to the list that has exactly what it counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from catalog.models import Book
from config.admin import cards
from moderation.home.background import background_cards
from moderation.home.news import news
from moderation.home.waiting import Waiting, waiting

if TYPE_CHECKING:
    from django.http import HttpRequest


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the first page shows (settings, UNFOLD)."""
    now = timezone.now()
    queue = waiting(now) if request.user.has_perm("catalog.view_book") else None
    return context | {
        "waiting": queue,
        "is_new": queue is not None and _is_new(queue),
        "news": news(request, now.date()),
        "cards": [*background_cards(request, now), *cards(request)],
    }


def _is_new(queue: Waiting) -> bool:
    """Say whether no book has ever come in; only then does asking cost anything."""
    return not (queue.number or queue.sent_back.number or Book.objects.exists())

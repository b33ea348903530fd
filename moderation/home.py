"""The first page of the back-office: what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from accounts.models import Publisher
from catalog.models import Book
from config.admin import Card, cards
from moderation.books.filters import ALL

if TYPE_CHECKING:
    from django.http import HttpRequest


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Say what waits, on the first page (settings, UNFOLD)."""
    books = reverse("admin:catalog_book_changelist")
    publishers = reverse("admin:accounts_publisher_changelist")
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    pending = Book.objects.filter(status=Book.Status.PENDING).aggregate(
        count=Count("pk"), oldest=Min("created_at")
    )
    # Naming every status lets the index on status and time answer.
    new = Book.objects.filter(status__in=Book.Status.values, created_at__gte=today).count()
    suspended = Publisher.objects.filter(suspended_at__isnull=False).count()
    oldest = (
        f"The oldest waits {timesince(pending['oldest'])}" if pending["oldest"] else "None waits"
    )
    return context | {
        "cards": [
            Card("Pending books", pending["count"], oldest, books),
            Card("New today", new, "Books submitted since midnight UTC", f"{books}?status={ALL}"),
            Card("Suspended publishers", suspended, "Their members have no rights", publishers),
            *cards(request),
        ]
    }

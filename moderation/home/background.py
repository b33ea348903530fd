"""How the background fares: cards that no app below has reason to give itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.timesince import timesince

from accounts.models import Publisher
from config.admin import Card
from enrichment.book_uploads import KIND as BOOK_IMPORT
from enrichment.models import DumpLoad, Job
from enrichment.models.jobs import FINISHED
from moderation.home.figures import list_link

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpRequest

IMPORTS_SHOWN = timedelta(days=7)


def background_cards(request: HttpRequest, now: datetime) -> Iterator[Card]:
    """Give the cards of what the moderator may see, at a statement each."""
    if request.user.has_perm("accounts.view_publisher"):
        yield _suspended()
    if request.user.has_perm("enrichment.view_job"):
        yield _imports(now)
    if request.user.has_perm("enrichment.view_dumpload"):
        yield _last_dump()


def _suspended() -> Card:
    number = Publisher.objects.filter(suspended_at__isnull=False).count()
    link = list_link("accounts_publisher", suspended="yes")
    return Card("Suspended publishers", number, "Their members have no rights", link)


def _imports(now: datetime) -> Card:
    ended = Job.objects.filter(
        kind=BOOK_IMPORT, status__in=FINISHED, finished_at__gte=now - IMPORTS_SHOWN
    ).aggregate(count=Count("pk"), failed=Count("pk", filter=Q(status=Job.Status.FAILED)))
    note = f"{ended['failed']} of them failed" if ended["failed"] else "None of them failed"
    if not ended["count"]:
        note = "Publishers' files come in by “Import a file”, or by the API"
    link = list_link("enrichment_job", status="all", kind=BOOK_IMPORT)
    return Card("Imports that ended in 7 days", ended["count"], note, link)


def _last_dump() -> Card:
    load = DumpLoad.objects.order_by("-id").first()
    if load is None:
        link = reverse("admin:enrichment_dumpload_changelist")
        return Card("Open Library's dump", "Never loaded", "An operator loads it", link)
    verb = {"running": "Began", "succeeded": "Loaded", "failed": "Failed"}[load.status]
    note = f"{verb} {timesince(load.finished_at or load.started_at)} ago"
    link = reverse("admin:enrichment_dumpload_change", args=[load.pk])
    return Card("Open Library's dump", f"{load.made_on:%Y-%m-%d}", note, link)

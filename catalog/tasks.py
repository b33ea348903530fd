"""What beat does for the catalog."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from catalog import idempotency
from catalog.models import MergeMove
from catalog.models.merges import UNDO_WITHIN
from config.row_security import SYSTEM, acting_as


@shared_task
def purge_idempotent_answers() -> int:
    """Delete the answers whose 24 hours are over; returns how many."""
    with acting_as(SYSTEM):
        deleted, _ = idempotency.expired().delete()
    return deleted


@shared_task
def purge_merges() -> int:
    """Delete what was kept to undo merges that cannot be undone any more; returns how many rows.

    A day later than that, so that an undo of the last minute has ended.
    """
    with acting_as(SYSTEM):
        end = Now() - UNDO_WITHIN - timedelta(days=1)
        old = MergeMove.objects.filter(merge__created_at__lt=end)
        deleted, _ = old.exclude(merge__status__in=["merging", "undoing"]).delete()
    return deleted

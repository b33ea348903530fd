"""What beat does for the catalog."""

from __future__ import annotations

from celery import shared_task

from catalog import idempotency
from config.row_security import SYSTEM, acting_as


@shared_task
def purge_idempotent_answers() -> int:
    """Delete the answers whose 24 hours are over; returns how many."""
    with acting_as(SYSTEM):
        deleted, _ = idempotency.expired().delete()
    return deleted

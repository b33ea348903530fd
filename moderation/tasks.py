"""What workers and beat do for moderation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from celery import shared_task

from enrichment.http import NoAnswerError
from enrichment.outside import single_flight
from moderation.screening import cover_checks, due, running

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_RUN = 60.0
"""Seconds; then other periodic tasks come first."""
LONGEST_ASKING = 20.0
OLD = timedelta(hours=20)


@shared_task
def screen_books() -> int:
    """Screen the pending books that are due; returns how many."""
    if not due.count():
        return 0
    return _alone(
        "screening", lambda: sum(each.screened for each in running.screen_due(LONGEST_RUN))
    )


@shared_task
def check_covers() -> int:
    """Ask for the covers that pending books await; returns for how many books."""
    return _alone("covers", lambda: cover_checks.ask_due(LONGEST_ASKING))


@shared_task
def screen_books_anew() -> None:
    """Have all pending books screened again: the catalog around them changes, too."""
    due.note_all(older=OLD)


def _alone(name: str, work: Callable[[], int]) -> int:
    """Do it, unless another worker is at it."""
    try:
        with single_flight.alone(name, wait=0):
            return work()
    except NoAnswerError:
        return 0

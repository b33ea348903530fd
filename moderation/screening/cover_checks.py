"""Asking whether covers load: apart from the rest, since each host has its pace.

What is known well enough is kept for days, so that nothing is asked twice; what is not known (the
host refuses us, fails, is too slow) is no flag, and is asked again later.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from catalog.covers import allowed_cover
from catalog.models import Book
from config.celery import is_stopping
from config.row_security import SYSTEM, acting_as
from enrichment import covers, http
from moderation.models import CoverCheck
from moderation.screening import due

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

Answer = CoverCheck.Answer

AT_ONCE = 4
"""Asked within `due.IN_HAND`, however slow all of them are."""
KEPT = {
    Answer.IMAGE: timedelta(days=7),
    Answer.MISSING: timedelta(days=1),
    Answer.NO_IMAGE: timedelta(days=1),
    Answer.BLANK: timedelta(days=1),
    Answer.NOT_KNOWN: timedelta(minutes=30),
}


def ask_due(seconds: float) -> int:
    """Ask for the covers that books await, for so many seconds; give how many books they were."""
    ends = time.monotonic() + seconds
    count = 0
    while time.monotonic() < ends and not is_stopping():
        taken = due.take(AT_ONCE, awaits_cover=True)
        if not taken:
            break
        _ask_for(taken)
        count += len(taken)
    return count


def _ask_for(taken: Mapping[UUID, datetime]) -> None:
    with acting_as(SYSTEM):
        pending = Book.objects.filter(pk__in=taken, status=Book.Status.PENDING)
        urls = dict(pending.values_list("pk", "cover_images__0"))
    for book_id, noted_at in taken.items():
        answer = _answer(urls.get(book_id) or "")
        is_open = answer == Answer.NOT_KNOWN
        wait = KEPT[Answer.NOT_KNOWN] if is_open else due.AT_ONCE
        with acting_as(SYSTEM):
            due.put_off({book_id: noted_at}, wait, awaits_cover=is_open)


def _answer(url: str) -> CoverCheck.Answer | None:
    """Give what is known of an address, else ask; None for one that is not asked at all."""
    if not allowed_cover(url):
        return None
    with acting_as(SYSTEM):
        fresh = CoverCheck.objects.filter(url=url, ask_again_at__gt=timezone.now()).first()
    return Answer(fresh.answer) if fresh else _asked(url)


def _asked(url: str) -> CoverCheck.Answer:
    try:
        answer = Answer(covers.ask(url))
    except (http.NoAnswerError, http.NoAnswerNowError):
        answer = Answer.NOT_KNOWN
    now = timezone.now()
    with acting_as(SYSTEM):
        CoverCheck.objects.update_or_create(
            url=url,
            defaults={"answer": answer, "checked_at": now, "ask_again_at": now + KEPT[answer]},
        )
    return answer

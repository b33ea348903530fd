"""Legimi's answers: asked for once, kept for a while, and never mixed up with silence.

Good for seven days where the work was found, for three where it was not; after an attempt without
an answer nothing is asked for six hours, and what was known before stays as it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.db import connection
from django.utils import timezone

from config.row_security import SYSTEM, acting_as
from enrichment.http import NoAnswerError
from enrichment.models import LegimiAnswer
from enrichment.outside.single_flight import alone
from enrichment.sources import legimi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from enrichment.legimi.matching import Sought
    from enrichment.legimi.questions import ShelfRow

GOOD_IF_FOUND = timedelta(days=7)
GOOD_IF_NOT_FOUND = timedelta(days=3)
REST = timedelta(hours=6)
PATIENCE = 60.0
"""Seconds that a worker waits for its turn to ask, before each request."""
HELD = {"paused", "blocked", "busy"}
"""Reasons for which there is no answer that say nothing of the work."""

Outcome = LegimiAnswer.Outcome


class Verdict(NamedTuple):
    """In the subscription, or not; `available` is None where Legimi gave no answer."""

    available: bool | None
    checked_at: datetime | None = None


UNANSWERED = Verdict(None)

_SAVE = """
    INSERT INTO legimi_answers (work_id, question, outcome, available, legimi_id, title, formats,
        checked_at, expires_at)
    SELECT id, %(question)s, %(outcome)s, %(available)s::boolean, %(legimi_id)s::bigint, %(title)s,
        %(formats)s::jsonb, %(now)s::timestamptz, %(expires_at)s::timestamptz
    FROM works WHERE id = %(work)s FOR KEY SHARE
    ON CONFLICT (work_id, question) DO UPDATE SET outcome = excluded.outcome,
        available = excluded.available, legimi_id = excluded.legimi_id, title = excluded.title,
        formats = excluded.formats, checked_at = excluded.checked_at,
        expires_at = excluded.expires_at, retry_at = NULL
"""
_NOTE = """
    INSERT INTO legimi_answers (work_id, question, outcome, title, formats, retry_at)
    SELECT id, %(question)s, 'no_answer', '', '{}', %(retry_at)s::timestamptz
    FROM works WHERE id = %(work)s FOR KEY SHARE
    ON CONFLICT (work_id, question) DO UPDATE SET retry_at = excluded.retry_at
"""


def known(asked: Mapping[ShelfRow, Sought]) -> dict[ShelfRow, Verdict]:
    """Give what need not be asked now; the caller acts as the platform."""
    keys = {row: (row.work, sought.key) for row, sought in asked.items()}
    kept = LegimiAnswer.objects.filter(
        work_id__in={work for work, _ in keys.values()},
        question__in={question for _, question in keys.values()},
    )
    verdicts = {
        (answer.work_id, answer.question): verdict
        for answer in kept
        if (verdict := _verdict(answer, timezone.now()))
    }
    return {row: verdicts[key] for row, key in keys.items() if key in verdicts}


def _verdict(answer: LegimiAnswer, now: datetime) -> Verdict | None:
    if answer.expires_at and answer.expires_at > now:
        return Verdict(answer.available, answer.checked_at)
    return UNANSWERED if answer.retry_at and answer.retry_at > now else None


def ask(
    row: ShelfRow, sought: Sought, before_request: Callable[[], None] = lambda: None
) -> Verdict:
    """Ask Legimi, outside of any transaction, unless somebody else has done so meanwhile.

    Raises UpstreamError when Legimi as a whole is held: by its own word, by the circuit breaker, or
    because our turn does not come. That says nothing of the work, so nothing is noted.
    """
    with alone(f"legimi {row.work} {sought.key}", wait=PATIENCE):
        with acting_as(SYSTEM):
            meanwhile = known({row: sought})
        if meanwhile:
            return meanwhile[row]
        try:
            answer = legimi.look_up(sought, patience=PATIENCE, before_request=before_request)
        except NoAnswerError as exc:
            if exc.reason in HELD:
                raise
            return _note_silence(row.work, sought)
        return _keep(row.work, sought, answer)


def _write(sql: str, values: dict[str, Any]) -> None:
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(sql, values)


def _keep(work: UUID, sought: Sought, answer: legimi.Answer) -> Verdict:
    now, listing = timezone.now(), answer.listing
    values = {
        "outcome": Outcome.FOUND if listing else Outcome.NOT_FOUND,
        "available": answer.available,
        "legimi_id": listing.legimi_id if listing else None,
        "title": listing.title if listing else "",
        "formats": orjson.dumps(answer.formats).decode(),
        "now": now,
        "expires_at": now + (GOOD_IF_FOUND if listing else GOOD_IF_NOT_FOUND),
    }
    _write(_SAVE, {"work": work, "question": sought.key, **values})
    return Verdict(answer.available, now)


def _note_silence(work: UUID, sought: Sought) -> Verdict:
    retry_at = timezone.now() + REST
    _write(_NOTE, {"work": work, "question": sought.key, "retry_at": retry_at})
    return UNANSWERED

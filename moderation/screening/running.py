"""Screening what is due, a batch after the other."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import structlog
from django.db import Error

from config.celery import is_stopping
from moderation.screening import due, results
from moderation.screening.examining import examine, usual_prices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.due import Taken
    from moderation.screening.prices import Usual

AT_ONCE = 100

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Outcome:
    """What came of a batch."""

    screened: int = 0
    failed: int = 0
    """Books of which a rule broke down, or that could not be written."""
    flags: Counter[str] = field(default_factory=Counter)


def screen_due(seconds: float = inf) -> Iterator[Outcome]:
    """Screen what is due until nothing is, or so many seconds have passed; a batch each time."""
    ends = time.monotonic() + seconds
    usual: Usual | None = None
    while time.monotonic() < ends and not is_stopping() and (taken := due.take(AT_ONCE)):
        usual = usual_prices() if usual is None else usual
        yield screen(taken, usual)


def screen(taken: Taken, usual: Usual) -> Outcome:
    """Screen these; where the batch cannot be written, one by one.

    What fails stays on the list, and comes due again after `due.IN_HAND`.
    """
    try:
        return _screen(taken, usual)
    except Error:
        _log.exception("screening_failed", books=len(taken), one=str(next(iter(taken))))
    if len(taken) == 1:
        return Outcome(failed=1)
    total = Outcome()
    for book_id, noted_at in taken.items():
        add(total, screen({book_id: noted_at}, usual))
    return total


def add(total: Outcome, outcome: Outcome) -> None:
    total.screened += outcome.screened
    total.failed += outcome.failed
    total.flags += outcome.flags


def _screen(taken: Taken, usual: Usual) -> Outcome:
    found = examine(list(taken), usual)
    written = results.write(found, taken)
    findings = [found[book_id][1] for book_id in written]
    return Outcome(
        screened=len(written),
        failed=sum(bool(each.failed) for each in findings),
        flags=Counter(flag.value for each in findings for flag in each.facts),
    )

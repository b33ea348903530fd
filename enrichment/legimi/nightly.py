"""The nightly re-check: shelves whose word from Legimi has grown old, within a daily budget.

Off unless the operator sets a budget (docs/legimi.md). What is known already costs no request, so
a work that stands on many shelves is asked about once.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from config import limits, statements
from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.legimi.answers import GOOD_IF_NOT_FOUND
from enrichment.legimi.checks import AT_ONCE, OURS, Tally, as_reader, settle, verdicts
from enrichment.legimi.questions import ShelfRow
from enrichment.sources import legimi

if TYPE_CHECKING:
    from enrichment.jobs import RunningJob

KIND = "legimi_nightly"
COUNTED_FOR = 2 * 24 * 60 * 60
"""Seconds for which a day's requests are counted."""


class BudgetSpentError(Exception):
    """The day's requests are used up; the rest waits for tomorrow."""


class Place(NamedTuple):
    """A shelf row in the order of the re-check: the one checked longest ago comes first."""

    checked_at: datetime
    reader: UUID
    work: UUID


FIRST = Place(datetime.fromtimestamp(0, tz=UTC), UUID(int=0), UUID(int=0))
_CHECKED_AT = "coalesce(uw.legimi_checked_at, 'epoch')"
_DUE = f"""
    SELECT {_CHECKED_AT}, uw.user_id, uw.work_id FROM user_works uw
    WHERE {OURS} AND {_CHECKED_AT} < %(before)s::timestamptz
    AND ({_CHECKED_AT}, uw.user_id, uw.work_id)
        > (%(checked_at)s::timestamptz, %(reader)s::uuid, %(work)s::uuid)
    ORDER BY {_CHECKED_AT}, uw.user_id, uw.work_id LIMIT {AT_ONCE}
"""  # noqa: S608  (constants of this project)


def start() -> UUID | None:
    """Start the night's job; None where the operator wants none."""
    if not legimi.is_configured() or settings.LEGIMI_NIGHTLY_BUDGET <= 0:
        return None
    return jobs.start(KIND, user_id=None, arguments={}, once_key=KIND)


def spend() -> None:
    """Count a request against the day's budget; raises BudgetSpentError."""
    today = timezone.now().date()
    spent = limits.storage().incr(f"legimi-nightly-{today}", COUNTED_FOR)
    if spent > settings.LEGIMI_NIGHTLY_BUDGET:
        raise BudgetSpentError


@jobs.job_kind(KIND, queue="bulk", is_private=True)
def recheck(job: RunningJob) -> dict[str, Any]:
    """Go through the shelf rows that are due as this job begins, until the budget is spent.

    What a reader has filled in by hand, and never had checked, is theirs.
    """
    tally = Tally(**job.state.get("tally", {}))
    job.remember(before=job.state.get("before") or (timezone.now() - GOOD_IF_NOT_FOUND).isoformat())
    try:
        while page := _page(job):
            _recheck(job, page, tally)
    except BudgetSpentError:
        pass
    return tally.counts()


def _page(job: RunningJob) -> list[Place]:
    """Read the next rows that are due; one that was checked has left its place for a later one."""
    with acting_as(SYSTEM):
        rows = statements.rows(_DUE, {"before": job.state["before"], **_place(job)._asdict()})
    return [Place(*row) for row in rows]


def _place(job: RunningJob) -> Place:
    """Say after which row to go on."""
    if "after" not in job.state:
        return FIRST
    checked_at, reader, work = job.state["after"]
    return Place(datetime.fromisoformat(checked_at), UUID(reader), UUID(work))


def _recheck(job: RunningJob, page: list[Place], tally: Tally) -> None:
    """Check a page of rows; each is applied and saved as done in one transaction."""
    rows = [ShelfRow(place.reader, place.work) for place in page]
    for place, (row, verdict) in zip(page, verdicts(rows, spend), strict=True):
        with acting_as(as_reader(row.reader)):
            settle(row, verdict, tally)
            after = [place.checked_at.isoformat(), str(place.reader), str(place.work)]
            job.remember(tally=asdict(tally), after=after)
            job.progress(job.done + 1)
        if job.should_yield():
            raise job.Yield

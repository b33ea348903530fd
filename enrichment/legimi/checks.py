"""Legimi checks: what a reader's shelf says of Legimi, brought up to date.

Each work is three steps, as all that asks the outside: read what is known, ask, and apply in a
short transaction as the reader. A work without an answer keeps what its shelf said before.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.models import Event, Profile, User
from accounts.services import lock_profile
from config import statements
from config.row_security import SYSTEM, Actor, acting_as
from enrichment import jobs
from enrichment.legimi import answers
from enrichment.legimi.questions import ShelfRow, questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from enrichment.jobs import RunningJob
    from enrichment.legimi.answers import Verdict

ONE, SEVERAL = "legimi_check", "legimi_check_bulk"
"""Kinds of job: somebody waits for the one, and the other may take hours."""
AT_ONCE = 50
"""Shelf rows of which is read at once what to ask and what is known."""

OURS = "(uw.available_in_legimi IS NULL OR uw.legimi_checked_at IS NOT NULL)"
"""The condition for a shelf row `uw` that nobody has filled in by hand before we looked."""

_APPLY = f"""
    UPDATE user_works uw SET available_in_legimi = %(available)s::boolean,
        legimi_checked_at = %(checked_at)s::timestamptz
    WHERE uw.user_id = %(reader)s AND uw.work_id = %(work)s
    AND ({OURS} OR uw.updated_at <= %(asked_at)s::timestamptz)
    RETURNING uw.work_id
"""  # noqa: S608  (constants of this module)


@dataclass(slots=True)
class Tally:
    """What became of the works that were checked."""

    available: int = 0
    unavailable: int = 0
    unanswered: int = 0

    @property
    def checked(self) -> int:
        return self.available + self.unavailable + self.unanswered

    def add(self, verdict: Verdict) -> None:
        self.available += verdict.available is True
        self.unavailable += verdict.available is False
        self.unanswered += verdict.available is None

    def counts(self) -> dict[str, int]:
        return {"checked": self.checked, **asdict(self)}


def verdicts(
    rows: Iterable[ShelfRow], before_request: Callable[[], None] = lambda: None
) -> Iterator[tuple[ShelfRow, Verdict | None]]:
    """Give each row's verdict in turn, asking where nothing is known; None: it left its shelf.

    The caller has no transaction open when it wants the next one. Raises UpstreamError as
    `answers.ask` does, and whatever `before_request` raises.
    """
    rows = iter(rows)
    while batch := list(islice(rows, AT_ONCE)):
        with acting_as(SYSTEM):
            asked = questions(batch)
            known = answers.known(asked)
        for row in batch:
            if row in asked and row not in known:
                known[row] = answers.ask(row, asked[row], before_request)
            yield row, known.get(row)


def settle(
    row: ShelfRow, verdict: Verdict | None, tally: Tally, *, asked_at: datetime | None = None
) -> None:
    """Count a verdict, and write it onto its shelf; begins a transaction as the shelf's reader.

    No answer changes nothing there. What the reader has filled in by hand gives way to nothing but
    a check that they have asked for since, at `asked_at`.
    """
    # First, as in the reader's own requests, whatever else the transaction writes.
    lock_profile()
    if verdict is None:
        return
    tally.add(verdict)
    if verdict.available is None:
        return
    new = {"reader": row.reader, "work": row.work, "asked_at": asked_at, **verdict._asdict()}
    statements.rows(_APPLY, new)


def tell(reader: UUID, tally: Tally) -> None:
    """Write the event, with the reader's own counts as the plan asks; as the reader."""
    authors, works = Profile.objects.values_list("author_count", "work_count").get(user=reader)
    Event.objects.emit(
        "check_legimi", User(pk=reader), authors=authors, works=works, **tally.counts()
    )


def as_reader(user_id: UUID) -> Actor:
    return Actor(role="user", user_id=user_id)


def start(reader: UUID, works: list[UUID]) -> UUID:
    """Have works of a reader's shelf checked; one alone need not wait behind long lists.

    The same works again, while they are being checked, are the same job.
    """
    work_ids = [str(work) for work in works]
    return jobs.start(
        ONE if len(works) == 1 else SEVERAL,
        user_id=reader,
        arguments={"work_ids": work_ids},
        once_key=sha256("".join(sorted(work_ids)).encode()).hexdigest(),
    )


@jobs.job_kind(ONE, queue="interactive", is_private=True)
@jobs.job_kind(SEVERAL, queue="bulk", is_private=True)
def check(job: RunningJob) -> dict[str, Any]:
    """Check `work_ids` of the job's user, and tell the event with the last of them.

    Each work is applied, counted and saved as done in one transaction, so a run that is cut off
    leaves nothing half, and the next one counts nothing twice.
    """
    reader, works = _reader(job), [UUID(text) for text in job.arguments["work_ids"]]
    tally = Tally(**job.state.get("tally", {}))
    for row, verdict in verdicts(ShelfRow(reader, work) for work in works[job.done :]):
        with acting_as(as_reader(reader)):
            settle(row, verdict, tally, asked_at=job.row.created_at)
            job.remember(tally=asdict(tally))
            job.progress(job.done + 1, len(works))
            if job.done == len(works):
                tell(reader, tally)
        if job.done < len(works) and job.should_yield():
            raise job.Yield
    return tally.counts()


def _reader(job: RunningJob) -> UUID:
    assert job.user_id is not None  # noqa: S101  (`start` says whose it is)
    return job.user_id

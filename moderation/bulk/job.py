"""Many books' step in the background, in the name of the moderator who confirmed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.models import User
from config.errors import ForbiddenError
from config.row_security import SYSTEM, Actor, acting_as
from enrichment import jobs
from moderation.bulk import running
from moderation.bulk.running import Tally
from moderation.bulk.steps import STEPS

if TYPE_CHECKING:
    from enrichment.jobs import RunningJob

KIND = "book_steps"
BATCH = 20
"""Books of one transaction; as long as it takes, nobody else gets at them."""


def start(
    step: str, ids: list[UUID], *, reason: str, query: str, tally: Tally, user_id: UUID | None
) -> UUID:
    """Start the job; `tally` has what was left out beforehand, `query` leads back to the list."""
    arguments = {
        "step": step,
        "reason": reason,
        "query": query,
        "left_out": tally.as_json(),
        "books": list(map(str, ids)),
    }
    return jobs.start(KIND, user_id=user_id, arguments=arguments)


@jobs.job_kind(KIND, queue="bulk")
def run(job: RunningJob) -> dict[str, Any]:
    """Take the books a batch a transaction, so a killed worker's successor does none twice."""
    ids = [UUID(text) for text in job.arguments["books"]]
    step, reason = STEPS[job.arguments["step"]], job.arguments["reason"]
    tally = tally_of(job.state, job.arguments)
    while batch := ids[job.done : job.done + BATCH]:
        with acting_as(_moderator(job.user_id)):
            running.take(step, batch, reason, tally)
            job.remember(tally=tally.as_json())
            job.progress(job.done + len(batch), len(ids))
        if job.should_yield():
            raise job.Yield
    return tally.as_json()


def tally_of(state: dict[str, Any], arguments: dict[str, Any]) -> Tally:
    """Give how far a job came: by its state, or as it was started."""
    return Tally(**state.get("tally", arguments["left_out"]))


def _moderator(user_id: UUID | None) -> Actor:
    """Act as the moderator; raises ForbiddenError since they are one no more."""
    with acting_as(SYSTEM):
        staff = User.objects.filter(is_active=True, is_staff=True)
        user = staff.filter(pk=user_id).first() if user_id else None
        if user is None or not user.has_perm("catalog.change_book"):
            raise ForbiddenError("Whoever started it may not moderate any more.")
    return Actor(role="staff", user_id=user.pk)

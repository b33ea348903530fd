"""A merge, or its undoing, begun in the moderator's request and ended by a job where it is long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from catalog.models import Merge
from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.jobs import job_kind
from moderation.merging import services

if TYPE_CHECKING:
    from accounts.models import User
    from enrichment.jobs import RunningJob

KIND = "merge"


def merge(kind: str, merged_id: UUID, kept_id: UUID, moderator: User) -> Merge:
    """Merge as `services.begin` does; the job moves the rows of many readers."""
    return _followed_by_job(services.begin(kind, merged_id, kept_id, moderator), moderator)


def undo(merge: Merge, moderator: User) -> Merge:
    """Undo as `services.begin_undo` does; the job brings back the rows of many readers."""
    return _followed_by_job(services.begin_undo(merge.pk, moderator), moderator)


def _followed_by_job(merge: Merge, moderator: User) -> Merge:
    if merge.status in {Merge.Status.MERGING, Merge.Status.UNDOING}:
        jobs.start(
            KIND,
            user_id=moderator.pk,
            arguments={"merge_id": str(merge.pk), "step": str(merge.status)},
            once_key=str(merge.pk),
        )
    return merge


@job_kind(KIND, queue="bulk")
def run(job: RunningJob) -> dict[str, Any]:
    """Move the next readers' rows until none is left; a step that is done finds nothing to do."""
    with acting_as(SYSTEM):
        merge = Merge.objects.get(pk=UUID(job.arguments["merge_id"]))
    is_undo = job.arguments["step"] == Merge.Status.UNDOING
    step = services.go_on_undoing if is_undo else services.go_on
    while not step(merge):
        job.progress(job.done + services.MOST_AT_ONCE)
        if job.should_yield():
            raise job.Yield
    return {"merge_id": str(merge.pk), "stayed": merge.stayed, **merge.counts}

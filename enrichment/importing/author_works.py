"""The works of an author, page by page: a job after an import, or all at once for a command.

A page's rows and how far that went are written in one transaction, so whoever goes on after a kill
neither loses a page nor counts one twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any
from uuid import UUID

from catalog.models import Author, Work
from config.errors import UpstreamError
from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.http import NoAnswerError
from enrichment.importing import catalog_writes as writes
from enrichment.importing import first_years
from enrichment.jobs import job_kind
from enrichment.models import Job
from enrichment.outside import single_flight
from enrichment.sources import openlibrary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from enrichment.jobs import RunningJob
    from enrichment.sources.openlibrary import WorksPage

KIND = "author_works"
TURN_WITHIN = 10.0
"""Seconds that a job waits for another one that brings the same works."""
PATIENCE = 60.0
"""Seconds that a page may wait for our own pace: nobody sits before the screen for it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far it is: where the next page begins (None after the last), and what came of the works.

    `size` is how many works upstream says there are, which is now and then wrong.
    """

    offset: int | None = 0
    size: int | None = None
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    unusable: int = 0

    @property
    def reach(self) -> float:
        return inf if self.offset is None else self.offset

    @property
    def done(self) -> int:
        return self.added + self.updated + self.unchanged + self.unusable

    def result(self) -> dict[str, Any]:
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": {"unusable record": self.unusable} if self.unusable else {},
        }


def start(author_id: UUID, user_id: UUID | None) -> UUID:
    """Have the works of an author brought for a user; give the job, one under way included."""
    return jobs.start(
        KIND,
        user_id=user_id,
        arguments={"author_id": str(author_id)},
        once_key=str(author_id),
    )


@job_kind(KIND, queue="bulk", is_private=True)
def run(job: RunningJob) -> dict[str, Any]:
    """Bring what is due; what another user's job has brought meanwhile costs no request."""
    author_id = UUID(job.arguments["author_id"])
    try:
        with single_flight.alone(f"author-works:{author_id}", wait=TURN_WITHIN):
            return _bring_due(job, author_id)
    except NoAnswerError as exc:
        if exc.reason == "busy":
            # Another job brings them, and takes long: no failure, and other work may go first.
            raise job.Yield from None
        raise


def _bring_due(job: RunningJob, author_id: UUID) -> dict[str, Any]:
    author = _due(author_id)
    if author is None:
        return Standing(**job.state).result()
    standing = _furthest(author_id)
    for reached in bring(author, standing, save=partial(_save, job)):
        standing = reached
        if job.should_yield():
            raise job.Yield
    return standing.result()


def _furthest(author_id: UUID) -> Standing:
    """Give how far any unfinished job for these works is; several users may have one each."""
    with acting_as(SYSTEM):
        same = Job.objects.unfinished().filter(kind=KIND, once_key=str(author_id))
        states = list(same.values_list("state", flat=True))
    known = (Standing(**state) for state in states)
    return max(known, key=lambda each: each.reach, default=Standing())


def _save(job: RunningJob, standing: Standing) -> None:
    """Note how far it is; after the last page nobody has to believe upstream's `size`."""
    job.remember(**asdict(standing))
    job.progress(standing.done, standing.done if standing.offset is None else standing.size)


def _due(author_id: UUID) -> Author | None:
    with acting_as(SYSTEM):
        return Author.objects.filter(
            pk=author_id, works_due=True, openlibrary_id__isnull=False
        ).first()


def bring(
    author: Author,
    standing: Standing,
    *,
    save: Callable[[Standing], None] = lambda standing: None,  # noqa: ARG005
    keeps: bool = True,
) -> Iterator[Standing]:
    """Bring the pages that are left, and give the standing after each.

    `save` is called in each page's transaction. With `keeps=False` nothing is written.
    Raises NotFoundError and UpstreamError.
    """
    key = author.openlibrary_id or ""
    while standing.offset is not None:
        page = openlibrary.author_works(key, standing.offset, patience=PATIENCE)
        put = partial(_put_page, author, page, standing, save)
        standing = writes.written(put, keeps=keeps)
        yield standing
    if keeps:
        _fill_years(author)
        writes.written(partial(_finish, author.pk))


def _put_page(
    author: Author, page: WorksPage, before: Standing, save: Callable[[Standing], None]
) -> Standing:
    found = writes.put_works(page.works, is_whole=False)
    records = {record.openlibrary_id: record for record in page.works}
    writes.link_authors(((found.ids[key], records[key]) for key in records), asked=author.pk)
    standing = replace(
        before,
        offset=page.next_offset,
        size=page.size,
        added=before.added + found.changes[writes.ADDED],
        updated=before.updated + found.changes[writes.UPDATED],
        unchanged=before.unchanged + found.changes[writes.UNCHANGED],
        unusable=before.unusable + page.refused,
    )
    save(standing)
    return standing


def _fill_years(author: Author) -> None:
    """Ask for the years that are missing; works without one are no failure."""
    with acting_as(SYSTEM):
        missing = Work.objects.shared().filter(
            author_works__author=author.pk, first_publish_year=None, openlibrary_id__isnull=False
        )
        if not missing.exists():
            return
    try:
        years = first_years.of_author(author.openlibrary_id or "", patience=PATIENCE)
    except UpstreamError:
        return
    writes.written(partial(writes.fill_years, years))


def _finish(author_id: UUID) -> None:
    Author.objects.filter(pk=author_id).update(works_due=False)

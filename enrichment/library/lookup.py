"""The follow-up of an import: what the catalog did not have is looked for at Open Library.

It asks at the paced door, row by row and within a budget. A book that is surely the row's comes
into the catalog whole, and takes the place of the reader's own row on the shelf. What is not found,
and what the budget does not reach, stays as it is; so does all of it when there is no answer.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.models import User
from accounts.services import lock_profile
from catalog.models import Author, Edition, Work
from catalog.removal import remove
from config.errors import NotFoundError, UnprocessableRecordError
from config.row_security import SYSTEM, Actor, acting_as
from enrichment import jobs, matching
from enrichment.http import NoAnswerError
from enrichment.importing.catalog_import import CatalogImport
from enrichment.legimi.answers import HELD
from enrichment.library import report
from enrichment.library.candidates import key_of
from enrichment.models import LibraryImportRow
from enrichment.records import BookRecord, Wanted
from enrichment.sources import openlibrary
from shelves import brought
from shelves.brought import Brought
from shelves.models import Rating

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from enrichment.jobs import RunningJob

KIND = "library_lookup"
SLICE_SECONDS = 2.0
"""After which a look-up lets others go first: it mostly waits, and nobody waits for it."""
BUDGET = 200
"""Rows of one import that Open Library is asked for; each takes a handful of requests."""
PATIENCE = 60.0
"""Seconds that a request may wait for our own pace: nobody sits before the screen for it."""

FOUND, MISSING, UNANSWERED = "found", "not_found", "unanswered"

Outcome = LibraryImportRow.Outcome


def start(import_id: UUID, reader: UUID) -> UUID | None:
    """Have the rows of an import looked for that the catalog did not have, where there are any."""
    if not _asking(import_id).exists():
        return None
    key = str(import_id)
    return jobs.start(KIND, user_id=reader, arguments={"import_id": key}, once_key=key)


@jobs.job_kind(KIND, queue="bulk", is_private=True)
def run(job: RunningJob) -> dict[str, Any]:
    """Look for one row after the other; each is settled and saved as done in one transaction."""
    import_id = UUID(job.arguments["import_id"])
    with acting_as(SYSTEM):
        numbers = list(_asking(import_id).order_by("number").values_list("number", flat=True))
    asked = numbers[:BUDGET]
    for number in asked[job.done :]:
        _look_up(job, import_id, number, len(asked))
        if job.done < len(asked) and job.should_yield(SLICE_SECONDS):
            raise job.Yield
    looked_at = LibraryImportRow.objects.filter(job=import_id, number__in=asked)
    return {
        **dict.fromkeys((FOUND, MISSING, UNANSWERED), 0),
        **job.state.get("counts", {}),
        "left": len(numbers) - len(asked),
        **report.tell(looked_at),
    }


def _asking(import_id: UUID) -> QuerySet[LibraryImportRow]:
    return LibraryImportRow.objects.filter(job=import_id, wanted__isnull=False)


def _look_up(job: RunningJob, import_id: UUID, number: int, total: int) -> None:
    with acting_as(SYSTEM):
        row = LibraryImportRow.objects.get(job=import_id, number=number)
    work_id, what = _answer(row)
    assert job.user_id is not None  # noqa: S101  (`start` says whose it is)
    counts = Counter(job.state.get("counts", {}))
    counts[what] += 1
    with acting_as(Actor(role="user", user_id=job.user_id)):
        lock_profile()
        if work_id:
            _settle(row, work_id, User(pk=job.user_id))
        job.remember(counts=dict(counts))
        job.progress(job.done + 1, total)


def _answer(row: LibraryImportRow) -> tuple[UUID | None, str]:
    """Bring the work of a row into the catalog; raises UpstreamError where all have to wait."""
    try:
        work_id = _brought_in(row)
    except (NotFoundError, UnprocessableRecordError):
        return None, MISSING
    except NoAnswerError as exc:
        if exc.reason in HELD:
            raise
        return None, UNANSWERED
    return work_id, FOUND if work_id else MISSING


def _brought_in(row: LibraryImportRow) -> UUID | None:
    bringing, wanted = CatalogImport(patience=PATIENCE), row.wanted or {}
    if wanted["work"]:
        return bringing.work(wanted["work"]).pk
    if wanted["edition"]:
        return bringing.edition_with_work(wanted["edition"]).work_id
    key = _key_by_isbn(row, wanted["isbn"]) or _key_by_title(row)
    return bringing.work(key).pk if key else None


def _key_by_isbn(row: LibraryImportRow, isbn: str | None) -> str | None:
    """Give the id of the work with this ISBN, unless its title says that it is another book."""
    found = openlibrary.edition_by_isbn(isbn, patience=PATIENCE) if isbn else None
    if found is None or not found.works:
        return None
    shown = BookRecord(title=found.title, subtitle=found.subtitle, isbns=(isbn or "",))
    sure = matching.confidence(Wanted(title=row.title, isbn13=isbn), shown) >= matching.THRESHOLD
    return found.works[0] if sure or not row.title else None


def _key_by_title(row: LibraryImportRow) -> str | None:
    if not row.authors:
        return None
    wanted = Wanted(title=row.title, authors=tuple(row.authors))
    candidates = openlibrary.candidates(wanted, patience=PATIENCE)
    match = matching.best(wanted, [each.book for each in candidates])
    if match is None or not match.is_sure:
        return None
    return next(each.id for each in candidates if each.book is match.record)


def _settle(row: LibraryImportRow, work_id: UUID, reader: User) -> None:
    """Put the work where the row has none yet, or in the place of the reader's own."""
    own_id = row.work_id
    is_put = _replace(row, own_id, work_id, reader) if own_id else _add(row, work_id, reader)
    if is_put:
        with acting_as(SYSTEM):
            LibraryImportRow.objects.filter(pk=row.pk).update(
                outcome=Outcome.MATCHED,
                how=LibraryImportRow.How.OPENLIBRARY,
                work_id=work_id,
                notes=(row.wanted or {})["notes"],
            )


def _add(row: LibraryImportRow, work_id: UUID, reader: User) -> bool:
    is_new = not brought.standing(reader.pk, [work_id]).get(work_id)
    if is_new and brought.Room(reader.pk).take(work_count=1):
        return False
    said = row.wanted or {}
    rating = Decimal(said["rating"]) if said["rating"] else None
    since = datetime.fromisoformat(said["since"]) if said["since"] else None
    brought.add(reader, [Brought(work_id, said["status"], rating, since)])
    return True


def _replace(row: LibraryImportRow, own_id: UUID, work_id: UUID, reader: User) -> bool:
    """Replace the reader's own work, unless they have made something else of it meanwhile."""
    own = Work.objects.filter(pk=own_id, owner_user=reader.pk).first()
    if own is None or not _is_as_brought(own, row):
        return False
    if not brought.replace(reader.pk, own.pk, work_id):
        return False
    authors = Author.objects.filter(author_works__work=own.pk, owner_user=reader.pk)
    ids = list(authors.values_list("pk", flat=True))
    remove(Work, [own.pk])
    unused = Author.objects.filter(pk__in=ids, author_works=None, user_authors=None)
    remove(Author, unused.values_list("pk", flat=True))
    return True


def _is_as_brought(own: Work, row: LibraryImportRow) -> bool:
    """Say whether the work, its authors and its edition are as the import made them."""
    said = row.wanted or {}
    authors = Author.objects.filter(author_works__work=own.pk).values_list("name", flat=True)
    editions = list(Edition.objects.filter(work=own))
    return (
        (own.title, own.first_publish_year) == (said["title"], said["year"])
        and set(map(key_of, authors)) == set(map(key_of, row.authors))
        and len(editions) <= 1
        # An edition that was never changed has one time for both.
        and all(each.created_at == each.updated_at for each in editions)
        and not Rating.objects.filter(work=own).exists()
    )

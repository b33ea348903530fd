"""The job that brings a reader's library in: file, batches, report.

A batch and its progress are one transaction, so a run that is cut off leaves nothing half and the
next one goes on behind the last batch that was saved.
"""

from __future__ import annotations

from itertools import islice
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from accounts.models import User
from config.errors import ConflictError, InvalidError
from config.middleware import LIBRARY_FILE_LIMIT
from config.row_security import SYSTEM, Actor, acting_as
from enrichment import jobs, uploads
from enrichment.library import files, lookup, report, shelving
from enrichment.library.records import ExportError
from enrichment.models import Job, LibraryImportRow
from enrichment.sources import openlibrary, plugins

if TYPE_CHECKING:
    from enrichment.jobs import RunningJob
    from enrichment.library.records import Export, LibraryRow

KIND = "library_import"
BATCH = 500

UNDER_WAY = "An import of yours is under way. Wait for it: its job tells how far it is."


def recognise(file: IO[bytes], name: str) -> None:
    """Look whether a file can be imported; raises InvalidError naming the field `file`."""
    try:
        files.read(file, name)
    except ExportError as exc:
        raise InvalidError.of("file", str(exc)) from exc


def start(file: IO[bytes], name: str, reader: UUID) -> UUID:
    """Keep a file and have it imported, both as soon as the transaction under way is committed.

    Raises PayloadTooLargeError, and ConflictError while another import of the reader's goes on.
    """
    upload_id = str(uploads.keep(file, name=name, user_id=reader, limit=LIBRARY_FILE_LIMIT))
    arguments = {"upload_id": upload_id, "name": name}
    job_id = jobs.start(KIND, user_id=reader, arguments=arguments, once_key="library")
    with acting_as(SYSTEM):
        if not Job.objects.filter(pk=job_id, arguments__upload_id=upload_id).exists():
            raise ConflictError(UNDER_WAY)
    return job_id


@jobs.job_kind(KIND, queue="bulk", is_private=True, is_once=True)
def run(job: RunningJob) -> dict[str, Any]:
    """Bring in what is left of the file, then give the report of all of it.

    The file is dropped with the last step, which also has Open Library asked for what the catalog
    does not have.
    """
    if not job.state.get("is_over"):
        with uploads.opened(UUID(job.arguments["upload_id"])) as file:
            _bring(job, file)
        _finish(job)
    told = ("kind", "encoding", "left_out", "lookup_job_id")
    rows = LibraryImportRow.objects.filter(job=job.id)
    return {name: job.state[name] for name in told} | report.tell(rows)


def _bring(job: RunningJob, file: IO[bytes]) -> None:
    name = job.arguments["name"]
    if job.total is None:
        _begin(job, files.read(file, name))
        file.seek(0)
    left = islice(files.read(file, name).rows, job.done, None)
    while batch := list(islice(left, BATCH)):
        _bring_batch(job, batch)
        if job.done < (job.total or 0) and job.should_yield():
            raise job.Yield


def _begin(job: RunningJob, export: Export) -> None:
    """Count the rows, and note down what the report tells of the file as a whole."""
    job.remember(kind=export.kind, encoding=export.encoding, left_out=list(export.left_out))
    job.progress(0, sum(1 for _ in export.rows))


def _bring_batch(job: RunningJob, batch: list[LibraryRow]) -> None:
    reader = _reader(job)
    with acting_as(Actor(role="user", user_id=reader)):
        reports = shelving.shelve(batch, User(pk=reader))
        report.save(job.id, reports, after=job.done)
        job.progress(job.done + len(batch), job.total)


def _finish(job: RunningJob) -> None:
    with acting_as(SYSTEM):
        is_set_up = plugins.configured()[openlibrary.name]
        lookup_job_id = lookup.start(job.id, _reader(job)) if is_set_up else None
        uploads.drop(UUID(job.arguments["upload_id"]))
        job.remember(is_over=True, lookup_job_id=lookup_job_id and str(lookup_job_id))
        job.progress(job.done, job.done)


def _reader(job: RunningJob) -> UUID:
    assert job.user_id is not None  # noqa: S101  (`start` says whose it is)
    return job.user_id

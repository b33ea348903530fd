"""The rows of a file that were refused: the first in the job's result, all of them to download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import StreamingHttpResponse

from config.errors import NotFoundError
from config.middleware import BOOKS_FILE_LIMIT
from config.row_security import SYSTEM, acting_as
from enrichment import uploads
from enrichment.models import Upload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enrichment.book_files.rows import BookFile
    from enrichment.book_import import Refusal
    from enrichment.book_uploads.job import Tally
    from enrichment.jobs import RunningJob
    from enrichment.models import Job

MOST_TOLD = 100
LONGEST_MESSAGE = 500
"""Characters: a message may repeat what the file said."""
LIMIT = BOOKS_FILE_LIMIT
"""Bytes after which no more refused rows are kept."""
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


def note(job: RunningJob, tally: Tally, book_file: BookFile, refused: Sequence[Refusal]) -> None:
    """Note down a batch's refused rows, in the transaction under way."""
    tally.refused += [_told(each) for each in refused[: MOST_TOLD - len(tally.refused)]]
    if not refused or tally.refusals_size >= LIMIT:
        return
    text = "".join(book_file.refusal(each.row, each.details) for each in refused)
    if tally.refusals is None:
        tally.refusals = str(uploads.begin(name=_name(job), user_id=job.user_id))
        text = book_file.refusals_begin() + text
    # A lone surrogate becomes its JSON escape.
    content = text.encode(errors="backslashreplace")
    uploads.append(UUID(tally.refusals), content)
    tally.refusals_size += len(content)
    tally.refused_kept += len(refused)


def _name(job: RunningJob) -> str:
    """Name the file; what is no CSV tells its refusals in JSON Lines."""
    return f"refused-{job.id}.{'csv' if job.arguments['format'] == 'csv' else 'jsonl'}"


def _told(refusal: Refusal) -> dict[str, Any]:
    details = [
        {"field": detail["field"], "message": detail["message"][:LONGEST_MESSAGE]}
        for detail in refusal.details
    ]
    return {"line": refusal.row.line, "details": details}


def download(job: Job) -> StreamingHttpResponse:
    """Give the file of a job's refused rows; raises NotFoundError when there is none."""
    upload_id = job.state.get("tally", {}).get("refusals")
    with acting_as(SYSTEM):
        upload = Upload.objects.filter(pk=upload_id).first() if upload_id else None
    if upload is None:
        raise NotFoundError
    return StreamingHttpResponse(
        uploads.content(upload.pk),
        content_type=MEDIA_TYPES[upload.name.rpartition(".")[2]],
        headers={"Content-Disposition": f'attachment; filename="{upload.name}"'},
    )

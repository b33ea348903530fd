"""Files that came by HTTP, kept in the database for the worker, which may be on another machine.

    upload_id = uploads.keep(file, name=file.name, user_id=reader.pk, limit=20 * MIB)
    ...
    with uploads.opened(upload_id) as file:
        read(file)
    uploads.drop(upload_id)

What nobody drops is deleted after 30 days, as jobs are. A job may also write a file that way, bit
by bit with its progress: `begin`, then `append`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from django.db.models import F, Max, Value
from django.db.models.functions import Now

from config.errors import NotFoundError, PayloadTooLargeError
from config.row_security import SYSTEM, acting_as
from enrichment.jobs.lookout import KEPT
from enrichment.models import Upload, UploadChunk
from enrichment.models.uploads import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

MIB = 1024 * 1024
LONGEST_NAME = 255
GONE = "The file is not kept any more. Bring it again."


def keep(file: IO[bytes], *, name: str, user_id: UUID | None, limit: int) -> UUID:
    """Keep a file from where it stands to its end, in the transaction under way if any.

    Raises PayloadTooLargeError when that is more than `limit` bytes; nothing is kept then.
    """
    with acting_as(SYSTEM):
        upload_id = begin(name=name, user_id=user_id)
        size = 0
        while piece := file.read(CHUNK):
            size += len(piece)
            refuse_over(limit, size)
            append(upload_id, piece)
    return upload_id


def refuse_over(limit: int, size: int) -> None:
    """Raise PayloadTooLargeError, naming the field `file`, for more than `limit` bytes."""
    if size > limit:
        message = f"A file may have {limit // MIB} MB."
        raise PayloadTooLargeError(
            f"The file is too large. {message}", details=[{"field": "file", "message": message}]
        )


def begin(*, name: str, user_id: UUID | None) -> UUID:
    """Begin a file, empty so far."""
    with acting_as(SYSTEM):
        return Upload.objects.create(name=_cleaned(name), user_id=user_id).pk


def append(upload_id: UUID, content: bytes) -> None:
    """Write on at a file's end, in the transaction under way if any; nobody else may meanwhile."""
    with acting_as(SYSTEM):
        chunks = UploadChunk.objects.filter(upload_id=upload_id)
        last: int | None = chunks.aggregate(last=Max("position"))["last"]
        begins = range(0, len(content), CHUNK)
        for position, start in enumerate(begins, start=0 if last is None else last + 1):
            piece = content[start : start + CHUNK]
            UploadChunk.objects.create(upload_id=upload_id, position=position, content=piece)
        Upload.objects.filter(pk=upload_id).update(size=F("size") + len(content))


def content(upload_id: UUID) -> Iterator[bytes]:
    """Give a file piece by piece, of which one at a time is in memory.

    Raises NotFoundError, at the first piece, for a file that is not there any more.
    """
    with acting_as(SYSTEM):
        if not Upload.objects.filter(pk=upload_id).exists():
            raise NotFoundError(GONE)
    position = 0
    while (piece := _piece(upload_id, position)) is not None:
        yield piece
        position += 1


def _piece(upload_id: UUID, position: int) -> bytes | None:
    with acting_as(SYSTEM):
        found = UploadChunk.objects.filter(upload_id=upload_id, position=position)
        piece = found.values_list("content", flat=True).first()
    return None if piece is None else bytes(piece)


@contextmanager
def opened(upload_id: UUID) -> Iterator[IO[bytes]]:
    """Give a file as one on disk, with a `fileno`; no transaction is held open meanwhile.

    Raises NotFoundError when it is not there any more.
    """
    with TemporaryFile() as file:
        for piece in content(upload_id):
            file.write(piece)
        file.seek(0)
        yield file


def drop(upload_id: UUID) -> None:
    """Delete a file, unless it is gone already; in the transaction under way if any."""
    with acting_as(SYSTEM):
        Upload.objects.filter(pk=upload_id).delete()


def purge() -> int:
    """Delete the files that are as old as the oldest jobs; returns how many."""
    with acting_as(SYSTEM):
        old = Upload.objects.filter(created_at__lt=Now() - Value(KEPT))
        _, by_model = old.delete()
    return by_model.get(Upload._meta.label, 0)  # noqa: SLF001


def _cleaned(name: str) -> str:
    """Give a name that can be shown: without folders and control characters."""
    plain = "".join(c for c in os.path.basename(name.replace("\\", "/")) if c.isprintable())  # noqa: PTH119
    return plain[-LONGEST_NAME:] or "file"

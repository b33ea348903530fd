"""Files that are kept for a worker: whole, within their limit, and not for ever."""

import io
import os
from datetime import timedelta

import pytest
from django.utils import timezone

from config.errors import NotFoundError, PayloadTooLargeError
from config.row_security import SYSTEM, Actor, acting_as
from enrichment import tasks, uploads
from enrichment.models import Upload, UploadChunk
from enrichment.models.uploads import CHUNK
from tests import sql

pytestmark = pytest.mark.django_db
LARGE = os.urandom(1000) * 2200
"""More than two chunks."""


def kept(content=b"title\n", name="books.csv", limit=2_200_000, user=None):
    return uploads.keep(io.BytesIO(content), name=name, user_id=user and user.pk, limit=limit)


def read(upload_id):
    with uploads.opened(upload_id) as file:
        assert os.fstat(file.fileno()).st_size
        return file.read()


def test_a_file_comes_back_as_it_went_in(reader):
    upload_id = kept(LARGE, user=reader)
    assert read(upload_id) == LARGE
    with acting_as(Actor(role="user", user_id=reader.pk)):
        upload = Upload.objects.get()
        # Its bytes are the platform's alone.
        assert not UploadChunk.objects.exists()
    assert (upload.name, upload.size) == ("books.csv", len(LARGE))


def test_one_byte_too_many_and_nothing_is_kept():
    with pytest.raises(PayloadTooLargeError) as refusal:
        kept(LARGE, limit=len(LARGE) - 1)
    assert refusal.value.details[0]["field"] == "file"
    with acting_as(SYSTEM):
        assert not Upload.objects.exists()
        assert not UploadChunk.objects.exists()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\books\\spring.csv", "spring.csv"),
        ("a\0b\n\u202e.csv", "ab.csv"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
        ("", "file"),
        ("/", "file"),
    ],
)
def test_a_name_is_no_path_and_can_be_shown(given, shown):
    upload_id = kept(name=given)
    with acting_as(SYSTEM):
        assert Upload.objects.get(pk=upload_id).name == shown


def test_a_file_that_is_written_bit_by_bit():
    upload_id = uploads.begin(name="refused.csv", user_id=None)
    for content in (b"title\n", LARGE, b""):
        uploads.append(upload_id, content)
    assert b"".join(uploads.content(upload_id)) == b"title\n" + LARGE


def test_what_is_dropped_is_gone():
    upload_id = kept()
    for _ in range(2):
        uploads.drop(upload_id)
        with pytest.raises(NotFoundError, match="Bring it again"):
            read(upload_id)
    with acting_as(SYSTEM):
        assert not UploadChunk.objects.exists()


def test_old_ones_are_purged():
    old, new = kept(), kept()
    with acting_as(SYSTEM):
        long_ago = timezone.now() - timedelta(days=31)
        Upload.objects.filter(pk=old).update(created_at=long_ago)
        assert tasks.purge_uploads() == 1
        assert Upload.objects.get().pk == new


def test_they_go_with_their_sender(reader):
    kept(user=reader)
    with acting_as(SYSTEM):
        reader.delete()
        assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("constraint", "table", "columns"),
    [
        ("uploads_size_range", "uploads", {"size": -1}),
        ("upload_chunks_position_range", "upload_chunks", {"position": -1}),
        ("upload_chunks_size_range", "upload_chunks", {"content": bytes(CHUNK + 1)}),
    ],
)
def test_the_tables_hold_their_rules(constraint, table, columns):
    upload_id = kept()
    valid = {
        "uploads": {"id": "0190b1c2-7d4e-7a10-8f00-2f6b1e5c9a01", "name": "x"},
        "upload_chunks": {"upload_id": upload_id, "position": 1, "content": bytes(CHUNK)},
    }
    with acting_as(SYSTEM):
        with sql.refused_by(constraint):
            sql.insert_valid(valid, table, **columns)
        assert sql.insert_valid(valid, table) == 1

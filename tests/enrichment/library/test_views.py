"""The call that brings a library: what it takes, and what it says to everything else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.middleware import LIBRARY_FILE_LIMIT
from config.row_security import SYSTEM, acting_as
from enrichment.models import Job, Upload
from tests.enrichment.library import goodreads

pytestmark = pytest.mark.django_db


def post(client, file=None):
    return client.post(goodreads.PATH, {"file": file} if file else {}, format="multipart")


def kept():
    with acting_as(SYSTEM):
        return Upload.objects.count(), Job.objects.count()


def test_a_library_is_kept_for_its_job(api, reader):
    response = post(api(reader), goodreads.file(goodreads.row()))
    assert response.status_code == 202
    job = api(reader).get(f"/api/jobs/{response.json()['job_id']}").json()
    assert (job["kind"], job["status"]) == ("library_import", "queued")
    with acting_as(SYSTEM):
        assert Upload.objects.get().user_id == reader.pk


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (None, 400),
        (SimpleUploadedFile("empty.csv", b""), 400),
        (SimpleUploadedFile("other.csv", b"a,b\r\n1,2\r\n"), 400),
        (SimpleUploadedFile("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(200)), 400),
        (SimpleUploadedFile("big.csv", b"x" * (LIBRARY_FILE_LIMIT + 1)), 413),
    ],
    ids=["none", "empty", "unknown", "picture", "too big"],
)
def test_what_is_no_library_is_refused_by_the_field(api, reader, file, status):
    response = post(api(reader), file)
    assert response.status_code == status, response.content
    assert [each["field"] for each in response.json()["details"]] == ["file"]
    assert kept() == (0, 0)


def test_a_second_file_waits_for_the_first(api, reader, other_reader):
    goodreads.sent(api(reader), goodreads.row())
    response = post(api(reader), goodreads.file(goodreads.row("Eden")))
    assert (response.status_code, response.json()["code"]) == (409, "CONFLICT")
    assert kept() == (1, 1)
    goodreads.sent(api(other_reader), goodreads.row())


def test_json_is_not_what_is_wanted(api, reader):
    response = api(reader).post(goodreads.PATH, {"file": "x"}, format="json")
    assert (response.status_code, response.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_the_result_is_its_readers_alone(api, reader, other_reader):
    job_id = goodreads.sent(api(reader), goodreads.row())
    assert api(other_reader).get(f"/api/jobs/{job_id}").status_code == 404

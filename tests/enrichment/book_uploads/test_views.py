"""`POST /api/v1/books/import`: who may, what is refused at the door, and the way to the result."""

import gzip

import pytest

from accounts.models import Permission
from catalog.models import Book
from config import middleware
from config.row_security import SYSTEM, acting_as
from enrichment.book_uploads import views
from enrichment.models import Upload
from tests import factories
from tests.enrichment.book_uploads.csv_files import csv_of, file, row
from tests.enrichment.jobs.job_kinds import fresh, ran
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
PATH = "/api/v1/books/import"
GOOD = csv_of(row(1), row(2))


@pytest.fixture
def send(api, member):
    def post(content=GOOD, name="spring.csv", user=member, **fields):
        return api(user).post(PATH, {"file": file(content, name), **fields}, format="multipart")

    return post


def without(member, permission):
    membership = member.membership
    membership.permissions = [each for each in Permission.values if each != permission]
    with acting_as(SYSTEM):
        membership.save(update_fields=["permissions"])
    return member


def wrong_fields(answer):
    return fields_of(problem_of(answer, 400, "VALIDATION_ERROR"))


def nothing_kept():
    with acting_as(SYSTEM):
        return not Upload.objects.exists()


def test_from_the_file_to_the_books(api, member, send):
    answer = send()
    assert answer.status_code == 202
    body = answer.json()
    job_id = body["data"]["jobId"]
    assert body == {
        "status": "success",
        "data": {"jobId": job_id},
        "message": views.STARTED,
        "links": {"job": f"/api/jobs/{job_id}", "refused": f"{PATH}/{job_id}/refused"},
    }
    assert answer["X-RateLimit-Limit"] == "10"
    ran(job_id)
    told = api(member).get(body["links"]["job"]).json()
    assert (told["kind"], told["status"], told["done"], told["total"]) == (
        "book_import",
        "succeeded",
        2,
        2,
    )
    assert told["result"]["counts"]["created"] == 2
    with acting_as(SYSTEM):
        assert set(Book.objects.values_list("publisher__name", "status")) == {("Acme", "PENDING")}


@pytest.mark.parametrize(
    ("name", "content", "fields", "format_name"),
    [
        ("spring.csv.gz", gzip.compress(GOOD, mtime=0), {}, "csv"),
        ("spring.dat", GOOD, {"format": "csv"}, "csv"),
        ("../../spring.jsonl", b'{"title": "T"}', {"finalize": "true"}, "jsonl"),
    ],
)
def test_what_the_job_is_told(send, name, content, fields, format_name):
    answer = send(content, name, **fields)
    assert answer.status_code == 202, answer.content
    arguments = fresh(answer.json()["data"]["jobId"]).arguments
    assert arguments["format"] == format_name
    assert arguments["finalize"] == ("finalize" in fields)
    assert arguments["actions"] == ["create", "update", "delete"]
    with acting_as(SYSTEM):
        assert Upload.objects.get().name == name.rpartition("/")[2]


@pytest.mark.parametrize(
    ("content", "name", "fields", "field"),
    [
        (b"", "spring.csv", {}, "file"),
        (GOOD, "spring", {}, "file"),
        (b"title\nT\n", "spring.csv", {}, "file"),
        (b"\x1f\x8bnothing", "spring.csv", {}, "file"),
        (GOOD, "spring.csv", {"format": "docx"}, "format"),
        (GOOD, "spring.csv", {"finalize": "perhaps"}, "finalize"),
        (GOOD, "spring.csv", {"finalize": "\0"}, "finalize"),
    ],
)
def test_what_is_refused_at_the_door(send, content, name, fields, field):
    assert wrong_fields(send(content, name, **fields)) == [field]
    assert nothing_kept()


@pytest.mark.parametrize("fields", [{}, {"file": "title,author"}])
def test_without_a_file(api, member, fields):
    assert wrong_fields(api(member).post(PATH, fields, format="multipart")) == ["file"]


def test_two_files(api, member):
    body = {"file": [file(GOOD), file(GOOD)]}
    assert wrong_fields(api(member).post(PATH, body, format="multipart")) == ["file"]


def test_too_large(send, monkeypatch):
    for limit in (len(GOOD) - 1, len(GOOD)):
        monkeypatch.setattr(views, "BOOKS_FILE_LIMIT", limit)
        answer = send()
        assert answer.status_code == (413 if limit < len(GOOD) else 202)
    monkeypatch.setitem(middleware.FILE_LIMITS, PATH, 0)
    problem_of(send(GOOD + b" " * middleware.FRAME), 413, "PAYLOAD_TOO_LARGE")


def test_a_body_that_is_no_form(api, member):
    told = problem_of(
        api(member).post(PATH, {"file": "x"}, format="json"), 415, "UNSUPPORTED_MEDIA_TYPE"
    )
    assert "multipart/form-data" in told["message"]
    broken = api(member).post(PATH, b"x", content_type="multipart/form-data; boundary=b")
    assert wrong_fields(broken) == ["file"]


class TestWhoMay:
    def test_strangers_and_readers_may_not(self, send, reader):
        problem_of(send(user=None), 401, "UNAUTHORIZED")
        problem_of(send(user=reader), 403, "FORBIDDEN")

    @pytest.mark.parametrize(
        ("missing", "fields"),
        [("books:create", {}), ("books:finalize", {"finalize": "true"})],
    )
    def test_a_token_grants_it(self, send, member, missing, fields):
        told = problem_of(send(user=without(member, missing), **fields), 403, "FORBIDDEN")
        assert missing in told["message"]
        assert nothing_kept()

    def test_the_rate_is_the_publishers(self, send, member):
        colleague = factories.MembershipFactory(publisher=member.membership.publisher).user
        for count in range(10):
            assert send(b"", user=colleague if count % 2 else member).status_code == 400
        refused = send(user=colleague)
        problem_of(refused, 429, "RATE_LIMITED")
        assert int(refused["Retry-After"]) > 0


class TestRefusedRows:
    @pytest.fixture
    def path(self, send):
        answer = send(csv_of(row(1), row(2, price="free")))
        ran(answer.json()["data"]["jobId"])
        return answer.json()["links"]["refused"]

    @pytest.mark.parametrize("accept", ["*/*", "text/csv", "application/json"])
    def test_they_come_as_a_file(self, api, member, path, accept):
        answer = api(member).get(path, headers={"accept": accept})
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["Content-Disposition"].startswith('attachment; filename="refused-')
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert len(lines) == 2
        assert lines[1].startswith("3,price: ")

    def test_nobody_else_sees_them(self, api, path, rival, reader, moderator):
        for user in (rival, reader, moderator):
            problem_of(api(user).get(path), 404, "NOT_FOUND")
        problem_of(api().get(path), 401, "UNAUTHORIZED")

    def test_there_are_none(self, api, member, send):
        path = send().json()["links"]["refused"]
        other = f"/api/v1/books/import/{factories.JobFactory(user=member).pk}/refused"
        for each in (path, other, f"{PATH}/x/refused"):
            problem_of(api(member).get(each), 404, "NOT_FOUND")

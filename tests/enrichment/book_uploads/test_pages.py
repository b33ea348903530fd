"""A moderator's way from a file to its books, and what stands in it."""

import re

import pytest
from django.utils import timezone

from accounts import services
from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from enrichment.book_files import FORMATS
from enrichment.book_uploads import forms
from enrichment.models import Job, Upload
from tests import factories
from tests.admin_pages import text
from tests.enrichment.book_uploads.csv_files import csv_of, file, row
from tests.enrichment.jobs.job_kinds import ran
from tests.factories import isbn13

pytestmark = pytest.mark.django_db
CHOOSE = "/admin/import-books/"
GOOD = csv_of(row(1), row(2))
MIXED = csv_of(row(1), "<b>x</b>,A,123,5", row(2), row(2))


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


@pytest.fixture
def acme():
    return factories.PublisherFactory(name="Acme")


@pytest.fixture
def chosen(staff, acme):
    """Bring a file, and give the address of its preview."""

    def choose(content=GOOD, name="spring.csv", **more):
        answer = staff.post(CHOOSE, {"file": file(content, name), "publisher": acme.pk, **more})
        assert answer.status_code == 302, text(answer)
        return answer["Location"]

    return choose


def books():
    with acting_as(SYSTEM):
        return dict(Book.objects.values_list("title", "status"))


def test_strangers_and_readers_get_the_log_in_page(client, reader):
    for _ in range(2):
        for path in (CHOOSE, f"{CHOOSE}x/", f"{CHOOSE}jobs/x/", f"{CHOOSE}jobs/x/refused/"):
            assert client.post(path)["Location"].startswith("/admin/login/")
        client.force_login(reader)


def test_the_way_there(staff):
    for page in ("/admin/catalog/book/", "/admin/catalog/book/?state=all"):
        assert f'href="{CHOOSE}"' in text(staff.get(page))
    assert "None so far" in text(staff.get(CHOOSE))


@pytest.mark.parametrize(("more", "status"), [({}, "PENDING"), ({"finalize": "on"}, "ACTIVE")])
def test_from_the_file_to_the_books(staff, chosen, more, status):
    preview = chosen(**more)
    page = text(staff.get(preview))
    for part in ("Acme", "read as CSV", "the whole file: 2 rows", "Book 1", status):
        assert part in page
    assert books() == {}

    follow = staff.post(preview)["Location"]
    waiting = staff.get(follow)
    assert waiting["Refresh"]
    assert "looks again" in text(waiting)
    assert follow in text(staff.get(CHOOSE))
    with acting_as(SYSTEM):
        job = Job.objects.get()
    ran(job.pk)
    over = staff.get(follow)
    assert "Refresh" not in over
    assert "Succeeded" in text(over)
    assert "Download" not in text(over)
    assert books() == {"Book 1": status, "Book 2": status}


def test_the_refused_are_shown_before_and_after(staff, chosen):
    preview = chosen(MIXED)
    page = text(staff.get(preview))
    assert "Refused" in page
    assert "isbn: " in page
    assert "already there" in page
    assert "<b>x</b>" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>[^<]*import", page)

    follow = staff.post(preview)["Location"]
    ran(follow.rstrip("/").rpartition("/")[2])
    page = text(staff.get(follow))
    assert "isbn: " in page
    download = staff.get(f"{follow}refused/")
    assert download["Content-Disposition"].startswith("attachment")
    assert b"".join(download.streaming_content).count(b"\n") == 2


def test_a_file_with_more_rows_than_are_tried(staff, chosen):
    page = text(staff.get(chosen(csv_of(*(row(number) for number in range(210))))))
    assert "the first 200 rows" in page
    assert "Book 19<" in re.sub(r"\s+<", "<", page)
    assert "Book 20<" not in re.sub(r"\s+<", "<", page)


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"%PDF-1.7", "spring", "tells what the file is"),
        (b"title\nT\n", "spring.csv", "isbn, price"),
        (b"\x1f\x8bnothing", "spring.csv", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read(staff, chosen, content, name, problem):
    preview = chosen(content, name)
    for answer in (staff.get(preview), staff.post(preview)):
        page = text(answer)
        assert problem in page
        assert ">Import<" not in re.sub(r"\s*([<>])\s*", r"\1", page)


@pytest.mark.parametrize("format_name", ["jsonl", "csv"])
def test_the_format_may_be_chosen(staff, chosen, format_name):
    page = text(staff.get(chosen(format=format_name)))
    assert ("No row of it can be read" in page) == (format_name == "jsonl")


def test_every_format_has_a_name_that_people_know():
    assert forms.NAMES.keys() == FORMATS.keys()


def test_what_the_form_refuses(staff, acme, monkeypatch):
    services.suspend_publisher(factories.PublisherFactory(name="Gone House"))
    assert "Gone House" not in text(staff.get(CHOOSE))
    monkeypatch.setattr(forms, "BOOKS_FILE_LIMIT", 1)
    for fields, problem in (
        ({"publisher": acme.pk}, "required"),
        ({"publisher": acme.pk, "file": file(b"")}, "empty"),
        ({"publisher": acme.pk, "file": file(GOOD)}, "too large"),
        ({"publisher": "x", "file": file(b"x")}, "is not a valid"),
    ):
        assert problem in text(staff.post(CHOOSE, fields))
    with acting_as(SYSTEM):
        assert not Upload.objects.exists()


def test_a_publisher_that_is_suspended_in_between(staff, chosen, acme):
    preview = chosen()
    services.suspend_publisher(acme)
    assert "cannot be chosen any more" in text(staff.post(preview, follow=True))
    with acting_as(SYSTEM):
        assert not Job.objects.exists()


def test_others_files_and_jobs_are_not_there(staff, chosen, acme, reader):
    others = factories.UploadFactory(user=reader)
    job = factories.JobFactory(user=reader, finished_at=timezone.now(), status="failed")
    query = f"?publisher={acme.pk}"
    for path in (f"{others.pk}/{query}", f"x/{query}", f"jobs/{job.pk}/", "jobs/x/refused/"):
        assert staff.get(f"{CHOOSE}{path}").status_code == 404, path


def test_a_publishers_own_import_is_there_to_be_looked_at(staff, member):
    job = factories.JobFactory(
        kind="book_import",
        user=member,
        status="failed",
        finished_at=timezone.now(),
        error="Acme is suspended, and may bring no books.",
    )
    assert "Acme is suspended" in text(staff.get(f"{CHOOSE}jobs/{job.pk}/"))
    assert staff.get(f"{CHOOSE}jobs/{job.pk}/refused/").status_code == 404


def test_what_an_update_empties_is_shown_as_empty(staff, chosen):
    line = f'{{"action": "update", "isbn": "{isbn13(1)}", "language": null, "title": "Emma"}}\n'
    page = text(staff.get(chosen(line.encode(), "spring.jsonl")))
    assert "Emma" in page
    assert "None" not in page

"""What Open Library is asked after an import, and what takes the place of a reader's own work."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Profile
from catalog.models import Author, Edition, Work
from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.library import lookup
from enrichment.stand_in import Fault
from shelves import brought
from tests import factories
from tests.enrichment.jobs import job_kinds
from tests.enrichment.library.goodreads import PATH, imported, outcomes, row, shelf
from tests.enrichment.upstream import OpenLibrary

pytestmark = pytest.mark.django_db

ISBN, WORK, EDITION, AUTHOR = "9780156027601", "OL1W", "OL1M", "OL1A"


@pytest.fixture
def upstream(stand_in):
    """Open Library with one book, which it finds by ISBN, and by title and author."""
    upstream = OpenLibrary(stand_in)
    edition = {"key": f"/books/{EDITION}", "type": {"key": "/type/edition"}, "title": "Solaris"}
    edition |= {"works": [{"key": f"/works/{WORK}"}], "isbn_13": [ISBN]}
    upstream.answer(f"isbn/{ISBN}.json", edition)
    upstream.work(WORK, "Solaris", [AUTHOR])
    upstream.author(AUTHOR, "Stanisław Lem")
    upstream.editions(WORK, edition)
    hit = {"key": f"/works/{WORK}", "title": "Solaris", "author_name": ["Stanisław Lem"]}
    upstream.answer("search.json", {"numFound": 1, "docs": [hit]})
    return upstream


@pytest.fixture
def looked_up(api, reader):
    """Import rows and run the look-up that follows; give its job."""

    def run(*rows):
        return job_kinds.ran(imported(api(reader), *rows)["lookup_job_id"])

    return run


def own_rows(user):
    with acting_as(SYSTEM):
        return sum(m.objects.filter(owner_user=user).count() for m in (Work, Author, Edition))


@pytest.mark.parametrize("isbn", [ISBN, ""])
def test_a_book_that_is_found_takes_the_place_of_the_readers_own(upstream, looked_up, reader, isbn):
    said = {"Exclusive_Shelf": "read", "My_Rating": "4", "Date_Read": "2023/01/31"}
    job = looked_up(row(isbn=isbn, **said))
    assert (job.status, job.result["found"], job.result["left"]) == ("succeeded", 1, 0)
    assert outcomes(job.result) == [("matched", "openlibrary")]
    item = shelf(reader)["Solaris"]
    assert (item.work.openlibrary_id, item.status, item.rating) == (WORK, "read", Decimal(4))
    assert item.status_updated_at.year == 2023
    assert own_rows(reader) == 0


def test_what_is_on_the_shelf_already_keeps_its_state(upstream, looked_up, reader):
    shared = factories.WorkFactory(title="Another title", openlibrary_id=WORK)
    factories.UserWorkFactory(user=reader, work=shared, status="in_progress")
    looked_up(row(isbn=ISBN, Exclusive_Shelf="read", My_Rating="4"))
    (item,) = shelf(reader).values()
    assert (item.work_id, item.status, item.rating) == (shared.pk, "in_progress", Decimal(4))


def test_an_author_of_other_own_works_stays(upstream, looked_up, reader):
    looked_up(row("Other", "Stanisław Lem"), row(isbn=ISBN))
    assert set(shelf(reader)) == {"Other", "Solaris"}
    assert own_rows(reader) == 2


def test_what_the_reader_has_made_more_of_stays(upstream, api, looked_up, reader):
    job_id = imported(api(reader), row(isbn=ISBN))["lookup_job_id"]
    factories.RatingFactory(user=reader, work=shelf(reader)["Solaris"].work)
    assert outcomes(job_kinds.ran(job_id).result) == [("manual", None)]
    assert shelf(reader)["Solaris"].work.manual


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Work, {"title": "Solaris, my copy"}),
        (Work, {"first_publish_year": 1961}),
        (Author, {"name": "S. Lem"}),
        (Edition, {"language": "pl"}),
    ],
)
def test_what_the_reader_has_put_right_stays(upstream, api, reader, model, change):
    job_id = imported(api(reader), row(isbn=ISBN))["lookup_job_id"]
    with acting_as(SYSTEM):
        model.objects.filter(owner_user=reader).update(**change)
    assert outcomes(job_kinds.ran(job_id).result) == [("manual", None)]
    assert own_rows(reader) == 3


def test_a_book_that_was_refused_for_want_of_room_for_authors_is_added(upstream, looked_up, reader):
    with acting_as(SYSTEM):
        Profile.objects.filter(pk=reader.pk).update(max_authors=0)
    job = looked_up(row(isbn=ISBN, Exclusive_Shelf="read", My_Rating="4"))
    assert outcomes(job.result) == [("matched", "openlibrary")]
    assert job.result["rows"][0]["notes"] == []
    item = shelf(reader)["Solaris"]
    assert (item.status, item.rating) == ("read", Decimal(4))


def test_a_reading_log_is_looked_up_by_its_ids(upstream, api, reader):
    text = b"Work Id,Edition Id,Bookshelf\r\nOL1W,OL1M,Already Read\r\nOL1W,,Already Read\r\n"
    file = SimpleUploadedFile("log.csv", text)
    response = api(reader).post(PATH, {"file": file}, format="multipart")
    result = job_kinds.ran(response.json()["job_id"]).result
    assert outcomes(result) == [("refused", None)] * 2
    job = job_kinds.ran(result["lookup_job_id"])
    assert outcomes(job.result) == [("matched", "openlibrary")] * 2
    assert shelf(reader)["Solaris"].status == "read"


def test_what_is_not_found_stays(upstream, looked_up, reader):
    upstream.answer("search.json", {"numFound": 0, "docs": []})
    job = looked_up(row("Nobody's Book", "Jane Doe", isbn="9780306406157"))
    assert (job.status, job.result["not_found"]) == ("succeeded", 1)
    assert shelf(reader)["Nobody's Book"].work.manual


def test_silence_leaves_it_and_goes_on(upstream, looked_up, reader):
    upstream.fault("isbn/9780306406157.json", Fault.SERVER_ERROR_HTML)
    job = looked_up(row("First", "Jane Doe", isbn="9780306406157"), row(isbn=ISBN))
    assert (job.result["unanswered"], job.result["found"]) == (1, 1)
    assert shelf(reader)["First"].work.manual


def test_a_budget_is_kept_and_said(upstream, looked_up, monkeypatch):
    monkeypatch.setattr(lookup, "BUDGET", 1)
    job = looked_up(row(isbn=ISBN), row("Eden", "Stanisław Lem"))
    assert (job.result["found"], job.result["left"], job.total) == (1, 1, 1)


def test_a_run_that_is_cut_off_goes_on_behind_the_last_row(upstream, api, reader, monkeypatch):
    rows = [row(isbn=ISBN), row("Eden", "Jane Doe"), row("Fiasco", "Jane Doe")]
    job_id = imported(api(reader), *rows)["lookup_job_id"]
    monkeypatch.setattr(jobs.RunningJob, "should_yield", lambda _job, _after=None: True)
    assert [job_kinds.ran(job_id).done for _ in rows] == [1, 2, 3]
    job = job_kinds.fresh(job_id)
    assert (job.result["found"], job.result["not_found"]) == (1, 2)


def test_a_swap_is_whole_or_not_at_all(upstream, api, reader, monkeypatch):
    job_id = imported(api(reader), row(isbn=ISBN))["lookup_job_id"]

    monkeypatch.setattr(brought, "_TAKE_OVER", "SELECT no_such_column")
    assert job_kinds.ran(job_id).status == "failed"
    assert shelf(reader)["Solaris"].work.manual
    assert own_rows(reader) == 3


def test_an_import_that_was_found_whole_asks_nothing(upstream, api, reader):
    edition = factories.EditionFactory(title="Solaris", work__title="Solaris", isbn13=ISBN)
    assert imported(api(reader), row(isbn=ISBN))["rows"][0]["work_id"] == str(edition.work_id)
    assert imported(api(reader), row(isbn=ISBN))["lookup_job_id"] is None
    assert upstream.asked == []

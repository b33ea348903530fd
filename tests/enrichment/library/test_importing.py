"""A library that is brought along, from the file to the shelf and its report."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError

from accounts import services
from accounts.models import Event, Profile
from catalog.models import Author, Edition, Work
from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.jobs import lease
from enrichment.library import importing, report
from enrichment.models import LibraryImportRow, Upload
from tests import factories
from tests.enrichment.jobs import job_kinds
from tests.enrichment.library import goodreads
from tests.enrichment.library.goodreads import imported, outcomes, row, sent, shelf

pytestmark = pytest.mark.django_db

ISBN = "9780156027601"


@pytest.fixture
def solaris():
    """A shared work with an edition that has the ISBN."""
    author = factories.AuthorFactory(name="Stanisław Lem")
    edition = factories.EditionFactory(work__title="Solaris", title="Solaris", isbn13=ISBN)
    factories.AuthorWorkFactory(author=author, work=edition.work)
    return edition.work


@pytest.fixture
def client(api, reader):
    return api(reader)


def own_rows(user):
    with acting_as(SYSTEM):
        models = (Work, Author, Edition)
        return tuple(model.objects.filter(owner_user=user).count() for model in models)


def events():
    with acting_as(SYSTEM):
        return [event.payload for event in Event.objects.filter(name="add_books_bulk")]


def test_our_own_export_comes_back(client, api, reader, other_reader, solaris):
    told = {"My_Rating": "5", "Exclusive_Shelf": "read", "Date_Read": "2023/01/31"}
    imported(client, row("Solaris", isbn=ISBN, **told), row("=Alone", "Jane; Doe"))
    raw = b"".join(client.get("/api/user/export?format=csv"))
    response = api(other_reader).post(
        goodreads.PATH, {"file": SimpleUploadedFile("library.csv", raw)}, format="multipart"
    )
    result = job_kinds.ran(response.json()["job_id"]).result
    assert result["counts"] == {"matched": 1, "already": 0, "manual": 1, "refused": 0}
    own, others = shelf(reader), shelf(other_reader)
    assert set(others) == {"Solaris", "=Alone"}
    for title, item in others.items():
        assert (item.status, item.rating) == (own[title].status, own[title].rating)
    assert others["Solaris"].status_updated_at == own["Solaris"].status_updated_at


class TestOutcome:
    def test_each_row_is_told(self, client, reader, solaris):
        factories.UserWorkFactory(user=reader, work__title="Eden")
        result = imported(
            client,
            row("Solaris (Cosmos, #1)", isbn=ISBN),
            row("A Book That Nobody Knows", "Jane Doe"),
            row("", ""),
        )
        assert outcomes(result) == [("matched", "isbn"), ("manual", None), ("refused", None)]
        assert result["counts"] == {"matched": 1, "already": 0, "manual": 1, "refused": 1}
        assert (result["kind"], result["encoding"].lower()) == ("goodreads", "utf-8")
        first, second, third = result["rows"]
        assert (first["line"], first["title"]) == (2, "Solaris (Cosmos, #1)")
        assert first["work_id"] == str(solaris.pk)
        assert second["authors"] == ["Jane Doe"]
        assert third["notes"]
        assert set(shelf(reader)) == {"Eden", "Solaris", "A Book That Nobody Knows"}
        assert events() == [{"authors": 0, "works": 3, "added": 2}]

    def test_status_stars_and_dates_are_kept(self, client, reader, solaris):
        imported(
            client,
            row(isbn=ISBN, Exclusive_Shelf="read", My_Rating="4", Date_Read="2023/01/31"),
            row("Eden", "Jane Doe", Exclusive_Shelf="currently-reading"),
        )
        read, reading = shelf(reader)["Solaris"], shelf(reader)["Eden"]
        assert (read.status, read.rating) == ("read", Decimal(4))
        assert read.status_updated_at == datetime(2023, 1, 31, tzinfo=UTC)
        assert (reading.status, reading.rating) == ("in_progress", None)
        works = client.get("/api/user/export").getvalue()
        assert b'"rating":4.0' in works

    def test_what_the_reader_has_stays_as_they_have_it(self, client, reader, solaris):
        factories.UserWorkFactory(user=reader, work=solaris, status="in_progress")
        given = row(isbn=ISBN, Exclusive_Shelf="read", My_Rating="5", Date_Read="2023/01/31")
        assert outcomes(imported(client, given, given)) == [("already", "isbn")] * 2
        item = shelf(reader)["Solaris"]
        assert (item.status, item.rating) == ("in_progress", Decimal(5))
        assert item.status_updated_at.year > 2023
        assert events() == []

    def test_the_same_file_again_adds_nothing(self, client, reader, solaris):
        rows = [
            row(isbn=ISBN),
            row("An Unknown Book (Series, #2)", "Jane Doe", Additional_Authors="John Roe"),
            row("An Unknown Book (Series, #2)", "Jane Doe", Additional_Authors="John Roe"),
            row("Nobody's Book", ""),
            row("With an ISBN", "Jane Doe", isbn="9780306406157", Year_Published="1999"),
        ]
        assert imported(client, *rows)["counts"]["already"] == 1
        before = own_rows(reader)
        assert before == (3, 2, 1)
        again = imported(client, *rows)
        assert again["counts"] == {"matched": 0, "already": 5, "manual": 0, "refused": 0}
        assert own_rows(reader) == before

    def test_an_own_work_has_its_authors_and_its_edition(self, client, reader, solaris):
        imported(
            client,
            row("Lost Stories", "Stanisław Lem", isbn="9780306406157", Year_Published="1999"),
        )
        with acting_as(SYSTEM):
            work = Work.objects.get(owner_user=reader)
            edition = work.primary_edition
            assert [author.name for author in work.authors.all()] == ["Stanisław Lem"]
        assert (edition.isbn13, work.publish_year) == ("9780306406157", 1999)
        assert own_rows(reader) == (1, 0, 1)

    def test_nothing_of_another_reader_is_found(self, client, api, reader, other_reader):
        rows = [row("An Unknown Book", "Jane Doe", isbn=ISBN)]
        imported(api(other_reader), *rows)
        assert outcomes(imported(client, *rows)) == [("manual", None)]
        assert own_rows(reader) == own_rows(other_reader) == (1, 1, 1)


class TestLimits:
    @pytest.mark.parametrize(
        ("limit", "told"),
        [
            ("max_works", ["matched", "refused", "refused"]),
            ("max_authors", ["matched", "manual", "refused"]),
        ],
    )
    def test_what_has_no_room_is_refused(self, client, reader, solaris, limit, told):
        with acting_as(SYSTEM):
            Profile.objects.filter(pk=reader.pk).update(**{limit: 1})
        result = imported(client, row(isbn=ISBN), row("One", "Jane Doe"), row("Two", "John Roe"))
        assert [outcome for outcome, _ in outcomes(result)] == told
        assert result["rows"][2]["notes"][0].startswith("The limit of ")


class TestCutOff:
    def test_it_goes_on_behind_the_last_batch(self, client, reader, monkeypatch):
        job_id = sent(client, *(row(f"Unknown {n}", "Jane Doe") for n in range(5)))
        monkeypatch.setattr(importing, "BATCH", 2)
        monkeypatch.setattr(jobs.RunningJob, "should_yield", lambda _job: True)
        assert [job_kinds.ran(job_id).done for _ in range(3)] == [2, 4, 5]
        job = job_kinds.fresh(job_id)
        assert (job.status, job.result["counts"]["manual"]) == ("succeeded", 5)
        assert [told["line"] for told in job.result["rows"]] == [2, 3, 4, 5, 6]
        assert own_rows(reader)[0] == 5

    def test_a_batch_that_was_not_saved_leaves_nothing(self, client, reader, monkeypatch):
        job_id = sent(client, row("Unknown", "Jane Doe"))

        def fail(*_args, **_kwargs):
            raise OperationalError

        with monkeypatch.context() as broken:
            broken.setattr(report, "save", fail)
            job = job_kinds.ran(job_id)
        assert (job.status, job.done, own_rows(reader), shelf(reader)) == (
            "queued",
            0,
            (0, 0, 0),
            {},
        )
        job_kinds.change(job_id, due_at=job.created_at)
        assert job_kinds.ran(job_id).result["counts"]["manual"] == 1

    def test_a_run_that_was_killed_after_its_last_step_tells_the_same(self, client):
        job_id = sent(client, row("Unknown", "Jane Doe"))
        job = jobs.RunningJob(lease.claim(job_id))
        told = importing.run(job)
        with acting_as(SYSTEM):
            assert not Upload.objects.exists()
        job_kinds.change(job_id, due_at=job.row.created_at)
        assert job_kinds.ran(job_id).result == told


def test_an_author_with_a_name_beyond_all_measure_is_cut(client, reader):
    assert outcomes(imported(client, row("Long", "Ł" * 1500))) == [("manual", None)]
    with acting_as(SYSTEM):
        assert len(Author.objects.get(owner_user=reader).name) == 500


def test_an_account_that_ends_takes_the_report_along(client, reader):
    imported(client, row())
    with acting_as(SYSTEM):
        services.delete_account(reader)
        assert not LibraryImportRow.objects.exists()


def test_a_column_that_is_not_kept_is_named(client):
    result = imported(client, row(My_Review="Very good."))
    assert "My Review" in result["left_out"]
    assert goodreads.COLUMNS[1] not in result["left_out"]

"""`/api/openlibrary/import/...` with Open Library behind it, over HTTP, down to the rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalog import sources
from catalog.models import Author, AuthorWork, Edition, EditionIsbn, OpenLibraryAlias, Work
from catalog.openlibrary_ids import row_id
from config.row_security import SYSTEM, acting_as
from enrichment.importing.catalog_import import CatalogImport
from enrichment.importing.catalog_source import OpenLibrarySource
from enrichment.models import Job
from enrichment.stand_in import Fault
from tests import factories
from tests.enrichment.upstream import OpenLibrary, as_edition
from tests.factories import isbn13
from tests.problems import problem_of

pytestmark = pytest.mark.django_db

STALE = {"ol_expires_at": timezone.now() - timedelta(hours=1)}
FRESH = {"ol_expires_at": timezone.now() + timedelta(days=1)}
COVER = "https://covers.openlibrary.org/b/id/7-L.jpg"


@pytest.fixture
def upstream(stand_in):
    sources.register(OpenLibrarySource())
    return OpenLibrary(stand_in)


@pytest.fixture
def send(api, reader):
    def posting(kind, openlibrary_id, *, user=reader, **more):
        body = {"openlibrary_id": openlibrary_id} | {name: str(v) for name, v in more.items()}
        return api(user).post(f"/api/openlibrary/import/{kind}", body, format="json")

    return posting


def rows(model, **filters):
    with acting_as(SYSTEM):
        return list(model.objects.filter(**filters).order_by("pk"))


def row(model, **filters):
    (found,) = rows(model, **filters)
    return found


def links(work_id):
    with acting_as(SYSTEM):
        found = AuthorWork.objects.filter(work=work_id).order_by("position")
        return [(link.author_id, link.owner_user_id) for link in found]


class TestAuthor:
    def test_comes_at_once_for_one_request_and_the_works_follow_in_a_job(
        self, send, upstream, reader
    ):
        upstream.author("OL7A", "Stanisław Lem")
        answer = send("author", "OL7A")
        assert answer.status_code == 200, answer.content
        body = answer.json()
        assert (body["author"]["id"], body["author"]["name"]) == (
            str(row_id("OL7A")),
            "Stanisław Lem",
        )
        lem = row(Author)
        assert lem.ol_expires_at - lem.ol_fetched_at == timedelta(days=7)
        job = row(Job)
        assert (str(job.pk), job.kind, job.user_id) == (body["job_id"], "author_works", reader.pk)
        assert job.arguments == {"author_id": str(lem.pk)}
        assert upstream.asked == ["authors/OL7A"]

    def test_who_is_fresh_costs_nothing_and_has_one_unfinished_job_a_user(
        self, send, upstream, other_reader
    ):
        upstream.author("OL7A")
        first = send("author", "OL7A").json()["job_id"]
        upstream.forget()
        assert send("author", "OL7A").json()["job_id"] == first
        assert send("author", "OL7A", user=other_reader).json()["job_id"] != first
        with acting_as(SYSTEM):
            Author.objects.update(works_due=False)
        assert "job_id" not in send("author", "OL7A").json()
        assert upstream.asked == []

    def test_who_is_stale_is_renewed_and_the_works_are_due_again(self, send, upstream):
        old = factories.AuthorFactory(openlibrary_id="OL7A", name="S. Lem", **STALE)
        upstream.author("OL7A", "Stanisław Lem")
        body = send("author", "OL7A").json()
        assert (body["author"]["id"], body["author"]["name"]) == (str(old.pk), "Stanisław Lem")
        lem = row(Author)
        assert (lem.works_due, lem.ol_expires_at > timezone.now()) == (True, True)
        assert body["job_id"]

    def test_an_old_id_leads_to_the_live_author_and_is_remembered(self, send, upstream):
        upstream.redirect("authors", "OL5A", "OL6A")
        upstream.redirect("authors", "OL6A", "OL7A")
        upstream.author("OL7A")
        kept = factories.AuthorFactory(openlibrary_id="OL5A", name="Merged", **STALE)
        factories.OpenLibraryAliasFactory(openlibrary_id="OL4A", target="OL6A")
        assert send("author", "OL5A").json()["author"]["openlibrary_id"] == "OL7A"
        upstream.forget()
        for old in ("OL4A", "OL5A", "OL6A"):
            assert send("author", old).json()["author"]["openlibrary_id"] == "OL7A"
        assert upstream.asked == []
        with acting_as(SYSTEM):
            targets = OpenLibraryAlias.objects.values_list("target", flat=True).distinct()
            assert [*targets] == ["OL7A"]
            assert Author.objects.get(pk=kept.pk).name == "Merged"

    def test_an_id_that_lives_again_is_no_alias_any_more(self, send, upstream):
        factories.AuthorFactory(openlibrary_id="OL7A", **STALE)
        factories.OpenLibraryAliasFactory(openlibrary_id="OL5A", target="OL7A")
        upstream.author("OL5A", "Back again")
        assert send("author", "OL5A").json()["author"]["name"] == "Back again"
        assert rows(OpenLibraryAlias) == []

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (None, 404, "NOT_FOUND"),
            ({"type": {"key": "/type/delete"}}, 422, "UNPROCESSABLE_RECORD"),
            ({"type": {"key": "/type/work"}, "title": "x"}, 422, "UNPROCESSABLE_RECORD"),
            ({"type": {"key": "/type/author"}}, 422, "UNPROCESSABLE_RECORD"),
            (
                {"type": {"key": "/type/redirect"}, "location": "/authors/OL7A"},
                422,
                "UNPROCESSABLE_RECORD",
            ),
        ],
        ids=["unknown", "deleted", "of another type", "without a name", "in circles"],
    )
    def test_what_upstream_has_not_changes_nothing(self, send, upstream, body, status, code):
        known = factories.AuthorFactory(openlibrary_id="OL7A", name="S. Lem", **STALE)
        if body:
            upstream.answer("authors/OL7A.json", {"key": "/authors/OL7A"} | body)
        problem_of(send("author", "OL7A"), status, code)
        now = row(Author)
        assert (now.name, now.updated_at) == ("S. Lem", known.updated_at)
        assert rows(Job) == []

    def test_another_record_in_place_of_theirs_is_not_believed(self, send, upstream):
        known = factories.AuthorFactory(openlibrary_id="OL8A", name="Another", **STALE)
        upstream.answer("authors/OL7A.json", {"key": "/authors/OL8A", "name": "Wrong"})
        problem_of(send("author", "OL7A"), 422, "UNPROCESSABLE_RECORD")
        assert row(Author).name == known.name
        assert rows(OpenLibraryAlias) == []

    def test_a_redirect_by_http_is_followed_and_remembered_too(self, send, upstream):
        upstream.author("OL8A")
        to = {"Location": "/ol/authors/OL8A.json"}
        upstream.answer("authors/OL7A.json", b"", status=301, headers=to)
        assert send("author", "OL7A").json()["author"]["openlibrary_id"] == "OL8A"
        assert row(OpenLibraryAlias).target == "OL8A"


@pytest.mark.django_db(transaction=True)
def test_ten_imports_at_once_cost_one_request(upstream):
    upstream.author("OL7A")

    def bring(_number):
        try:
            return CatalogImport().author("OL7A").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(bring, range(10))) == {row_id("OL7A")}
    assert upstream.asked == ["authors/OL7A"]


class TestWork:
    @pytest.fixture
    def lem(self):
        return factories.AuthorFactory(openlibrary_id="OL7A", name="Stanisław Lem")

    def test_comes_with_editions_and_the_authors_that_are_missing(self, send, upstream, lem):
        upstream.work("OL1W", "Solaris", ["OL7A", "OL8A", "OL9A"], first_publish_date="1961")
        upstream.author("OL8A", "A translator")
        upstream.editions(
            "OL1W",
            as_edition("OL2M", publish_date="1970", covers=[7], isbn_13=[isbn13(1), isbn13(2)]),
            as_edition("OL3M", publish_date="1961", languages=[{"key": "/languages/pol"}]),
        )
        answer = send("work", "OL1W", author_id=lem.pk)
        assert answer.status_code == 200, answer.content
        work = answer.json()["work"]
        assert (work["id"], work["first_publish_year"]) == (str(row_id("OL1W")), 1961)
        assert [author["name"] for author in work["authors"]] == ["Stanisław Lem", "A translator"]
        assert work["primary_edition"]["id"] == str(row_id("OL2M"))
        assert work["primary_edition"]["cover_url"] == COVER
        assert (row(Edition, openlibrary_id="OL3M").language, len(rows(EditionIsbn))) == ("pl", 2)
        # Nobody brings the works of an author who merely came along until somebody asks for them.
        assert row(Author, openlibrary_id="OL8A").works_due
        assert rows(Job) == []
        assert upstream.asked == [
            *("works/OL1W", "works/OL1W/editions", "authors/OL8A", "authors/OL9A")
        ]

    def test_a_fresh_one_is_linked_to_whoever_asks_without_a_request(
        self, send, upstream, lem, reader
    ):
        work = factories.WorkFactory(openlibrary_id="OL1W", **FRESH)
        factories.AuthorWorkFactory(work=work, author=lem)
        own = factories.AuthorFactory(owner_user=reader)
        assert send("work", "OL1W", author_id=own.pk).status_code == 200
        assert send("work", "OL1W", author_id=own.pk).status_code == 200
        assert links(work.pk) == [(lem.pk, None), (own.pk, reader.pk)]
        assert upstream.asked == []

    def test_an_author_whom_upstream_does_not_name_is_linked_behind_the_others(
        self, send, upstream, lem
    ):
        other = factories.AuthorFactory(openlibrary_id="OL8A")
        upstream.work("OL1W", authors=["OL8A"])
        assert send("work", "OL1W", author_id=lem.pk).status_code == 200
        assert links(row_id("OL1W")) == [(other.pk, None), (lem.pk, None)]

    def test_a_refresh_adds_and_changes_and_takes_nothing_away(self, send, upstream, lem):
        work = factories.WorkFactory(openlibrary_id="OL1W", first_publish_year=1961, **STALE)
        known = {"publish_year": 1961, "publish_date_raw": "1961", "language": "pl"}
        lost = factories.EditionFactory(work=work, openlibrary_id="OL2M")
        kept = factories.EditionFactory(
            work=work, openlibrary_id="OL3M", cover_url=COVER, isbn13=isbn13(3), **known
        )
        with acting_as(SYSTEM):
            Work.objects.filter(pk=work.pk).update(primary_edition=kept)
        upstream.work("OL1W", "Solaris!")
        best = as_edition("OL4M", publish_date="1950", covers=[8], isbn_13=[isbn13(4)])
        upstream.editions("OL1W", as_edition("OL3M", "Solaris (new)"), best)
        shown = send("work", "OL1W", author_id=lem.pk).json()["work"]
        assert (shown["title"], shown["first_publish_year"]) == ("Solaris!", 1961)
        assert shown["primary_edition"]["id"] == str(kept.pk)
        assert row(Edition, pk=lost.pk).updated_at == lost.updated_at
        now = row(Edition, pk=kept.pk)
        assert (now.title, now.cover_url, now.isbn13) == ("Solaris (new)", COVER, isbn13(3))
        assert {name: getattr(now, name) for name in known} == known
        assert len(rows(Edition)) == 3

    @pytest.mark.parametrize(
        ("editions", "chosen"),
        [
            ([{"publish_date": "1999", "covers": [7], "isbn_13": [isbn13(1)]}, {}], "OL1M"),
            ([{"publish_date": "1999"}, {"publish_date": "2001", "covers": [7]}], "OL1M"),
            ([{"publish_date": "2001", "isbn_13": [isbn13(1)]}, {"publish_date": "1999"}], "OL2M"),
            ([{}, {"publish_date": "2001"}, {"publish_date": "1999"}], "OL3M"),
        ],
        ids=["both", "no better for a cover", "nor for an ISBN", "the earliest"],
    )
    def test_the_edition_that_stands_for_it(self, send, upstream, lem, editions, chosen):
        upstream.work("OL1W")
        entries = (as_edition(f"OL{n}M", **fields) for n, fields in enumerate(editions, 1))
        upstream.editions("OL1W", *entries)
        shown = send("work", "OL1W", author_id=lem.pk).json()["work"]
        assert shown["primary_edition"]["id"] == str(row_id(chosen))

    def test_a_failure_of_a_part_leaves_nothing_behind(self, send, upstream, lem):
        upstream.work("OL1W")
        upstream.fault("works/OL1W/editions", Fault.CUT_OFF)
        problem_of(send("work", "OL1W", author_id=lem.pk), 502, "UPSTREAM_ERROR")
        assert rows(Work) == []

    def test_of_two_editions_with_one_isbn_the_first_keeps_it(self, send, upstream, lem):
        submitted = factories.EditionFactory(isbn13=isbn13(1))
        upstream.work("OL1W")
        repeating = {"isbn_13": [isbn13(1), isbn13(2)]}
        upstream.editions("OL1W", as_edition("OL5M", **repeating), as_edition("OL6M", **repeating))
        assert send("work", "OL1W", author_id=lem.pk).status_code == 200
        found = {edition.openlibrary_id: edition.isbn13 for edition in rows(Edition)}
        assert found == {
            submitted.openlibrary_id: isbn13(1),
            "OL5M": isbn13(2),
            "OL6M": None,
        }
        isbns = [(each.edition_id, each.isbn13) for each in rows(EditionIsbn, isbn13=isbn13(1))]
        assert len(isbns) == 3


class TestEdition:
    @pytest.fixture
    def work(self):
        return factories.WorkFactory(openlibrary_id="OL1W", **FRESH)

    def test_comes_for_one_request_with_all_that_upstream_says(self, send, upstream, work):
        upstream.edition(
            *("OL2M", "Solaris", ["OL1W"]),
            publish_date="May 3, 1970",
            languages=[{"key": "/languages/eng"}],
            covers=[-1, 7],
            isbn_10=["0156027607"],
        )
        answer = send("edition", "OL2M", work_id=work.pk)
        assert answer.status_code == 200, answer.content
        edition = answer.json()["edition"]
        assert (edition["id"], edition["work_id"]) == (str(row_id("OL2M")), str(work.pk))
        assert (edition["publish_date"], edition["publish_year"]) == ("1970-05-03", 1970)
        assert (edition["publish_date_raw"], edition["language"]) == ("May 3, 1970", "en")
        assert (edition["isbn13"], edition["cover_url"]) == ("9780156027601", COVER)
        assert row(Work).primary_edition_id == row_id("OL2M")
        assert upstream.asked == ["books/OL2M"]
        upstream.forget()
        assert send("edition", "OL2M", work_id=work.pk).status_code == 200
        assert upstream.asked == []

    def test_leaves_to_another_one_what_it_stood_for(self, send, upstream, work):
        left = factories.WorkFactory(openlibrary_id="OL9W", **FRESH)
        moved = factories.EditionFactory(work=left, openlibrary_id="OL2M", publish_year=1960)
        stays = factories.EditionFactory(work=left, openlibrary_id="OL3M", publish_year=1970)
        with acting_as(SYSTEM):
            Work.objects.filter(pk=left.pk).update(primary_edition=moved)
        upstream.edition("OL2M", works=["OL1W"])
        assert send("edition", "OL2M", work_id=work.pk).status_code == 200
        now = row(Work, pk=left.pk)
        assert (now.primary_edition_id, now.publish_year) == (stays.pk, 1970)

    def test_is_not_found_under_another_work(self, send, upstream, work):
        upstream.edition("OL2M", works=["OL9W"])
        upstream.work("OL9W")
        problem_of(send("edition", "OL2M", work_id=work.pk), 404, "NOT_FOUND")
        upstream.edition("OL3M", works=[])
        problem_of(send("edition", "OL3M", work_id=work.pk), 404, "NOT_FOUND")
        assert rows(Edition) == []

    def test_is_found_where_upstream_still_names_the_works_old_id(self, send, upstream, work):
        upstream.edition("OL2M", works=["OL9W"])
        upstream.redirect("works", "OL9W", "OL1W")
        upstream.work("OL1W")
        assert send("edition", "OL2M", work_id=work.pk).status_code == 200
        assert row(OpenLibraryAlias).target == "OL1W"

    def test_is_found_where_the_catalog_has_the_work_under_its_old_id(self, send, upstream):
        old = factories.WorkFactory(openlibrary_id="OL9W", **STALE)
        upstream.edition("OL2M", works=["OL1W"])
        upstream.redirect("works", "OL9W", "OL1W")
        upstream.work("OL1W")
        answer = send("edition", "OL2M", work_id=old.pk)
        assert answer.json()["edition"]["work_id"] == str(old.pk)
        assert upstream.asked == ["books/OL2M", "works/OL9W", "works/OL1W"]
        upstream.forget()
        assert send("edition", "OL2M", work_id=old.pk).status_code == 200
        assert upstream.asked == []

    def test_hangs_on_the_live_work_where_the_old_one_is_asked_for(self, send, upstream, work):
        old = factories.WorkFactory(openlibrary_id="OL9W", **STALE)
        factories.OpenLibraryAliasFactory(openlibrary_id="OL9W", target="OL1W")
        upstream.edition("OL2M", works=["OL1W"])
        answer = send("edition", "OL2M", work_id=old.pk)
        assert answer.json()["edition"]["work_id"] == str(work.pk)
        assert upstream.asked == ["books/OL2M"]

    def test_moves_to_the_work_that_upstream_has_it_under_now(self, send, upstream, work):
        edition = factories.EditionFactory(openlibrary_id="OL2M", **FRESH)
        upstream.edition("OL2M", works=["OL1W"])
        answer = send("edition", "OL2M", work_id=work.pk).json()["edition"]
        assert (answer["id"], answer["work_id"]) == (str(edition.pk), str(work.pk))

    def test_none_comes_from_there_for_a_readers_own_work(self, send, upstream, reader):
        own = factories.WorkFactory(owner_user=reader)
        problem_of(send("edition", "OL2M", work_id=own.pk), 404, "NOT_FOUND")
        assert upstream.asked == []

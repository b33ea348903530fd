"""The job that brings an author's works: pages, cuts in the middle, and what is left as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import sources
from catalog.models import Author, AuthorWork, Work
from catalog.openlibrary_ids import row_id
from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.importing import author_works, first_years
from enrichment.importing.catalog_source import OpenLibrarySource
from enrichment.jobs import runner
from enrichment.models import Job
from enrichment.outside import single_flight
from enrichment.stand_in import Fault
from tests import factories
from tests.enrichment.jobs import job_kinds
from tests.enrichment.upstream import OpenLibrary, as_work

pytestmark = pytest.mark.django_db

WORKS = "authors/OL7A/works"


@pytest.fixture
def upstream(stand_in):
    sources.register(OpenLibrarySource())
    return OpenLibrary(stand_in)


@pytest.fixture
def lem():
    return factories.AuthorFactory(openlibrary_id="OL7A", works_due=True)


@pytest.fixture
def ran(lem, reader):
    """Run the job of a user, as a worker would: `ran()`."""
    return lambda user=reader: job_kinds.ran(author_works.start(lem.pk, user.pk))


def entries(*numbers, **fields):
    return [as_work(f"OL{n}W", f"Work {n}", ["OL7A"], **fields) for n in numbers]


def all_of(model):
    with acting_as(SYSTEM):
        return list(model.objects.order_by("pk"))


def is_due(author):
    with acting_as(SYSTEM):
        return Author.objects.get(pk=author.pk).works_due


def test_all_pages_come_with_links_and_years(ran, upstream, lem):
    untitled = as_work("OL99W", "")
    # `size` is wrong, and a record comes twice.
    upstream.works("OL7A", [*entries(1, 2), untitled], entries(2, 3), size=7)
    upstream.years(OL1W=1961, OL2W=1968)
    job = ran()
    assert (job.status, job.error) == ("succeeded", None)
    assert job.result == {
        "added": 3,
        "updated": 0,
        "unchanged": 1,
        "refused": {"unusable record": 1},
    }
    assert (job.done, job.total) == (5, 5)
    assert [(work.pk, work.first_publish_year) for work in all_of(Work)] == [
        (row_id("OL1W"), 1961),
        (row_id("OL2W"), 1968),
        (row_id("OL3W"), None),
    ]
    assert {(link.author_id, link.position) for link in all_of(AuthorWork)} == {(lem.pk, 0)}
    assert upstream.asked == [WORKS, WORKS, "search"]
    assert not is_due(lem)


def test_works_of_a_list_are_not_fresh_for_that(ran, upstream):
    fresh = {"ol_expires_at": timezone.now() + timedelta(days=1)}
    known = factories.WorkFactory(openlibrary_id="OL2W", title="Work 2", **fresh)
    upstream.works("OL7A", entries(1, 2))
    ran()
    found = {work.openlibrary_id: work.ol_expires_at for work in all_of(Work)}
    assert found == {"OL1W": None, "OL2W": known.ol_expires_at}


def test_other_authors_are_linked_where_the_catalog_has_them(ran, upstream, lem):
    other = factories.AuthorFactory(openlibrary_id="OL8A")
    factories.OpenLibraryAliasFactory(openlibrary_id="OL6A", target="OL8A")
    upstream.works(
        "OL7A",
        [as_work("OL1W", authors=["OL6A", "OL5A", "OL7A"]), as_work("OL2W", authors=["OL5A"])],
    )
    ran()
    links = {(link.work_id, link.author_id): link.position for link in all_of(AuthorWork)}
    assert links == {
        (row_id("OL1W"), other.pk): 0,
        (row_id("OL1W"), lem.pk): 2,
        (row_id("OL2W"), lem.pk): 1,
    }


def test_what_is_there_is_updated_and_never_emptied(ran, upstream, lem, reader):
    work = factories.WorkFactory(openlibrary_id="OL1W", title="Old", first_publish_year=1961)
    same = factories.WorkFactory(openlibrary_id="OL2W", title="Work 2")
    gone = factories.WorkFactory(openlibrary_id="OL3W")
    own = factories.WorkFactory(owner_user=reader, title="Work 1")
    for each in (work, same, gone):
        factories.AuthorWorkFactory(author=lem, work=each)
    upstream.works("OL7A", entries(1, 2))
    result = ran().result
    assert (result["updated"], result["unchanged"]) == (1, 1)
    now = {each.pk: each for each in all_of(Work)}
    assert (now[work.pk].title, now[work.pk].first_publish_year) == ("Work 1", 1961)
    for each in (same, gone, own):
        assert now[each.pk].updated_at == each.updated_at
    assert len(all_of(AuthorWork)) == 3


def test_years_come_by_the_thousand(ran, upstream, monkeypatch):
    monkeypatch.setattr(first_years, "PAGE", 2)
    upstream.works("OL7A", entries(1, 2, 3))
    pages = [{"OL1W": 1961, "OL2W": 1968}, {"OL3W": 1971}]
    for number, page in enumerate(pages):
        docs = [{"key": f"/works/{key}", "first_publish_year": y} for key, y in page.items()]
        query = f"q=author_key%3AOL7A&fields=key%2Cfirst_publish_year&limit=2&offset={2 * number}"
        upstream.answer(f"search.json?{query}", {"docs": docs})
    ran()
    assert [work.first_publish_year for work in all_of(Work)] == [1961, 1968, 1971]
    assert upstream.asked == [WORKS, "search", "search"]


def test_a_search_that_heeds_no_offset_is_asked_twice(ran, upstream, monkeypatch):
    monkeypatch.setattr(first_years, "PAGE", 2)
    upstream.works("OL7A", entries(1, 2, 3))
    upstream.years(OL1W=1961, OL2W=1968)
    assert ran().status == "succeeded"
    assert upstream.asked == [WORKS, "search", "search"]


@pytest.mark.parametrize("fault", [Fault.NOT_FOUND, Fault.SERVER_ERROR_HTML, Fault.HTML_200])
def test_years_that_cannot_be_had_are_no_failure(ran, upstream, lem, fault):
    upstream.works("OL7A", entries(1))
    upstream.fault("search", fault)
    assert ran().status == "succeeded"
    assert not is_due(lem)


def test_a_source_that_fails_in_the_middle_is_asked_for_the_rest_later(ran, upstream, lem):
    upstream.works("OL7A", entries(1, 2), entries(3))
    upstream.years(OL1W=1961)
    upstream.answer(f"{WORKS}.json?limit=1000&offset=1000", "<html>", content_type="text/html")
    job = ran()
    assert (job.status, job.done, len(all_of(Work))) == ("queued", 2, 2)
    assert is_due(lem)
    upstream.forget()
    upstream.works("OL7A", entries(1, 2), entries(3))
    job_kinds.change(job.pk, due_at=timezone.now())
    job = job_kinds.ran(job.pk)
    assert (job.status, job.result["added"], len(all_of(Work))) == ("succeeded", 3, 3)
    assert upstream.stand_in.requests[0].query.endswith("offset=1000")


def test_a_worker_that_is_to_end_leaves_the_rest_to_the_next(ran, upstream, monkeypatch):
    upstream.works("OL7A", entries(1), entries(2))
    upstream.years()
    monkeypatch.setattr(jobs, "is_stopping", lambda: True)
    job = ran()
    assert (job.status, job.state["offset"]) == ("queued", 1000)
    job = job_kinds.ran(job.pk)
    assert job.state["offset"] is None
    monkeypatch.undo()
    upstream.forget()
    runner.run(job.pk)
    assert job_kinds.fresh(job.pk).result["added"] == 2


def test_a_page_and_its_progress_are_one(lem, upstream, reader):
    """A run that has lost its lease in the middle of a page leaves nothing of it."""
    upstream.works("OL7A", entries(1))

    def lose(standing):
        raise RuntimeError(standing)

    with pytest.raises(RuntimeError):
        next(author_works.bring(lem, author_works.Standing(), save=lose))
    assert all_of(Work) == all_of(AuthorWork) == []


def test_a_second_users_job_finds_it_done(ran, upstream, other_reader):
    upstream.works("OL7A", entries(1))
    ran()
    upstream.forget()
    job = ran(other_reader)
    assert (job.status, job.result["added"]) == ("succeeded", 0)
    assert upstream.asked == []


def test_a_second_users_job_goes_on_where_the_first_is(ran, upstream, lem, reader, other_reader):
    upstream.works("OL7A", entries(1), entries(2))
    upstream.years()
    first = author_works.start(lem.pk, reader.pk)
    job_kinds.change(first, state={"offset": 1000, "added": 1}, done=1)
    assert ran(other_reader).result["added"] == 2
    assert upstream.stand_in.requests[0].query == "limit=1000&offset=1000"
    assert job_kinds.ran(first).status == "succeeded"
    assert upstream.asked == [WORKS, "search"]


def test_to_wait_for_another_job_is_no_failure(ran, upstream, lem, monkeypatch):
    monkeypatch.setattr(author_works, "TURN_WITHIN", 0)
    with single_flight.alone(f"author-works:{lem.pk}"):
        job = ran()
    assert (job.status, job.attempts, upstream.asked) == ("queued", 0, [])


def test_an_author_who_is_gone_upstream_fails_the_job_with_words(ran, upstream, lem):
    job = ran()
    assert (job.status, job.error) == ("failed", "Open Library does not know this id.")
    assert is_due(lem)


def test_staff_have_it_done_anew(api, moderator, upstream):
    author = factories.AuthorFactory(openlibrary_id="OL7A")
    own = factories.AuthorFactory(owner_user=moderator)
    for each in (author, own):
        path = f"/api/authors/{each.pk}/works"
        assert api(moderator).get(path, {"forceRefresh": "true"}).status_code == 200
    with acting_as(SYSTEM):
        job = Job.objects.get()
    assert (job.user_id, job.arguments) == (moderator.pk, {"author_id": str(author.pk)})
    assert is_due(author)
    assert upstream.asked == []

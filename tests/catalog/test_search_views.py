"""`/api/works/search` and `/api/authors/search` over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog import sources
from catalog.sources import FoundAuthor, FoundAuthors
from config.errors import UpstreamError
from tests import factories

pytestmark = pytest.mark.django_db

WORKS = "/api/works/search"
AUTHORS = "/api/authors/search"


def test_a_work_is_found_as_the_catalog_shows_it(api, reader):
    edition = factories.EditionFactory(work__title="Solaris", work__first_publish_year=1961)
    link = factories.AuthorWorkFactory(work=edition.work, author__name="Stanisław Lem")
    answer = api(reader).get(WORKS, {"q": "stanislaw solaris"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["total"], body["page"], len(body["items"])) == (1, 1, 1)
    (work,) = body["items"]
    assert work["id"] == str(edition.work_id)
    assert work["authors"] == [{"id": str(link.author_id), "name": "Stanisław Lem"}]
    assert (work["publish_year"], work["primary_edition"]) == (1961, None)


def test_pages_of_works(api, reader):
    for number in range(3):
        factories.WorkFactory(title=f"Sagas {number}")

    def page(**query):
        body = api(reader).get(WORKS, {"q": "sagas", **query}).json()
        return [work["title"] for work in body["items"]], body["total"], body["page"]

    assert page(page_size=2) == (["Sagas 0", "Sagas 1"], 3, 1)
    assert page(page_size=2, page=2) == (["Sagas 2"], 3, 2)
    assert page(page=10**17) == ([], 3, 10**17)


@pytest.mark.parametrize("path", [WORKS, AUTHORS])
@pytest.mark.parametrize("q", [None, "", "   ", "?!", "\u200b", "x" * 201, "a\x07b"])
def test_a_search_for_nothing_is_refused(api, reader, path, q):
    answer = api(reader).get(path, {} if q is None else {"q": q})
    assert answer.status_code == 400
    assert [detail["field"] for detail in answer.json()["details"]] == ["q"]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        (WORKS, {"page": "0"}, "page"),
        (WORKS, {"page_size": "101"}, "page_size"),
        (AUTHORS, {"limit": "0"}, "limit"),
        (AUTHORS, {"limit": "51"}, "limit"),
        (AUTHORS, {"limit": "x"}, "limit"),
    ],
)
def test_a_bad_parameter_is_named(api, reader, path, query, field):
    answer = api(reader).get(path, {"q": "x", **query})
    assert answer.status_code == 400
    assert [detail["field"] for detail in answer.json()["details"]] == [field]


def test_the_longest_query_of_the_shortest_words(api, reader):
    assert api(reader).get(WORKS, {"q": "a " * 99 + "b"}).json()["total"] == 0


@pytest.mark.parametrize("path", [WORKS, AUTHORS])
def test_strangers_are_asked_for_a_token(api, path):
    assert api().get(path, {"q": "x"}).status_code == 401


@pytest.mark.parametrize("path", [WORKS, AUTHORS])
def test_an_unchanged_answer_is_not_sent_again(api, reader, path):
    first = api(reader).get(path, {"q": "nobody"})
    again = api(reader).get(path, {"q": "nobody"}, HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304


def test_authors_of_the_catalog(api, reader, other_reader):
    author = factories.AuthorFactory(name="Olga Tokarczuk")
    factories.AuthorFactory(name="Olga of another", owner_user=other_reader)
    body = api(reader).get(AUTHORS, {"q": "olga"}).json()
    assert body == {
        "authors": [
            {
                "id": str(author.pk),
                "openlibrary_id": author.openlibrary_id,
                "name": "Olga Tokarczuk",
                "ol_fetched_at": None,
                "ol_expires_at": None,
            }
        ]
    }


def test_ten_authors_unless_asked_for_more(api, reader):
    for number in range(12):
        factories.AuthorFactory(name=f"Smith {number}")
    counts = [
        len(api(reader).get(AUTHORS, {"q": "smith", **query}).json()["authors"])
        for query in ({}, {"limit": 12}, {"limit": 3})
    ]
    assert counts == [10, 12, 3]


TIMES = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC)


class Upstream:
    """A source that knows some authors, or fails."""

    def __init__(self, *authors, failure=None, is_stale=False):
        self.authors, self.failure, self.is_stale = authors, failure, is_stale

    def search_authors(self, query, limit):
        if self.failure:
            raise self.failure
        found = [FoundAuthor(key, name, *TIMES) for key, name in self.authors]
        return FoundAuthors(found, self.is_stale)


@pytest.fixture
def upstream():
    return lambda *authors, **kwargs: sources.register(Upstream(*authors, **kwargs))


def test_authors_of_both_sides_come_in_turn_and_once(api, reader, upstream):
    upstream(("OL900A", "Ursula Vernon"), ("OL901A", "Ursula Le Guin"))
    own = factories.AuthorFactory(name="Ursula", owner_user=reader)
    shared = factories.AuthorFactory(name="Ursula Le Guin", openlibrary_id="OL901A")
    body = api(reader).get(AUTHORS, {"q": "ursula"}).json()
    assert [(author.get("id"), author["name"]) for author in body["authors"]] == [
        (str(own.pk), "Ursula"),
        (None, "Ursula Vernon"),
        (str(shared.pk), "Ursula Le Guin"),
    ]
    assert "stale" not in body
    assert len(api(reader).get(AUTHORS, {"q": "ursula", "limit": 2}).json()["authors"]) == 2


def test_an_author_whom_the_catalog_knows_by_another_name_has_an_id(api, reader, upstream):
    upstream(("OL902A", "Mark Twain"))
    author = factories.AuthorFactory(name="Samuel Clemens", openlibrary_id="OL902A")
    (found,) = api(reader).get(AUTHORS, {"q": "twain"}).json()["authors"]
    assert (found["id"], found["name"]) == (str(author.pk), "Mark Twain")
    assert found["ol_fetched_at"] is found["ol_expires_at"] is None


def test_an_author_whom_the_catalog_does_not_have_has_the_times_of_the_search(
    api, reader, upstream
):
    upstream(("OL902A", "Mark Twain"))
    body = api(reader).get(AUTHORS, {"q": "twain"}).json()
    assert body == {
        "authors": [
            {
                "openlibrary_id": "OL902A",
                "name": "Mark Twain",
                "ol_fetched_at": "2026-01-01T00:00:00Z",
                "ol_expires_at": "2026-01-08T00:00:00Z",
            }
        ]
    }


def test_an_old_answer_is_marked(api, reader, upstream):
    upstream(("OL902A", "Mark Twain"), is_stale=True)
    body = api(reader).get(AUTHORS, {"q": "twain"}).json()
    assert (len(body["authors"]), body["stale"]) == (1, True)


def test_when_the_source_fails_the_catalog_answers_alone(api, reader, upstream):
    upstream(failure=UpstreamError())
    factories.AuthorFactory(name="Ursula Le Guin")
    body = api(reader).get(AUTHORS, {"q": "ursula"}).json()
    assert (len(body["authors"]), body["stale"]) == (1, True)
    assert api(reader).get(AUTHORS, {"q": "nobody"}).status_code == 502

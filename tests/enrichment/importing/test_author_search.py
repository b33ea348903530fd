"""The search for authors, through the API: asked once a week, and never without need."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.utils import timezone

from catalog import sources
from enrichment.importing import author_search
from enrichment.importing.catalog_source import OpenLibrarySource
from enrichment.stand_in import Fault
from tests import factories
from tests.enrichment.upstream import OpenLibrary
from tests.problems import problem_of


@pytest.fixture
def upstream(stand_in):
    sources.register(OpenLibrarySource())
    return OpenLibrary(stand_in)


@pytest.fixture
def search(api, reader):
    return lambda q, **query: api(reader).get("/api/authors/search", {"q": q, **query})


@pytest.fixture
def later(monkeypatch):
    """Move the clock of the search; the cache's own goes on as it does."""
    now = timezone.now

    def move(**delta):
        monkeypatch.setattr(author_search.timezone, "now", lambda: now() + timedelta(**delta))

    return move


def test_an_answer_counts_for_a_week_however_it_is_asked_for(search, upstream):
    upstream.found_authors(OL7A="Stanisław Lem", OL8A="Lem Stanislaus")
    known = factories.AuthorFactory(openlibrary_id="OL8A", name="Somebody")
    body = search("Lem").json()
    assert [(a.get("id"), a["openlibrary_id"], a["name"]) for a in body["authors"]] == [
        (None, "OL7A", "Stanisław Lem"),
        (str(known.pk), "OL8A", "Lem Stanislaus"),
    ]
    first = body["authors"][0]
    assert first["ol_fetched_at"] < first["ol_expires_at"]
    assert "stale" not in body
    assert search("  lEM ").json() == body
    assert len(search("LEM", limit=1).json()["authors"]) == 1
    assert upstream.asked == ["search/authors"]


def test_after_a_week_it_is_asked_anew(search, upstream, later):
    upstream.found_authors(OL7A="Stanisław Lem")
    search("Lem")
    later(days=7, seconds=1)
    upstream.found_authors(OL7A="Stanisław Herman Lem")
    assert search("Lem").json()["authors"][0]["name"] == "Stanisław Herman Lem"


def test_nobody_found_is_an_answer_too(search, upstream):
    upstream.found_authors()
    for _ in range(2):
        assert search("Nobody").json() == {"authors": []}
    assert upstream.asked == ["search/authors"]


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_HTML, Fault.TOO_MANY, Fault.HTML_200])
def test_an_old_answer_stands_in_where_there_is_no_new_one(search, upstream, later, fault):
    upstream.found_authors(OL7A="Stanisław Lem")
    search("Lem")
    later(days=20)
    upstream.fault("search", fault)
    body = search("Lem").json()
    assert ([author["name"] for author in body["authors"]], body["stale"]) == (
        ["Stanisław Lem"],
        True,
    )


def test_without_an_answer_the_catalog_speaks_alone_or_nobody(search, upstream):
    upstream.fault("search", Fault.SERVER_ERROR_HTML)
    problem_of(search("Lem"), 502, "UPSTREAM_ERROR")
    factories.AuthorFactory(name="Stanisław Lem")
    body = search("Lem").json()
    assert (len(body["authors"]), body["stale"]) == (1, True)


@pytest.mark.parametrize("fails", [False, True])
def test_ten_at_once_cost_one_request(upstream, fails):
    upstream.found_authors(OL7A="Stanisław Lem")
    if fails:
        upstream.fault("search", Fault.HTML_200)

    together = Barrier(10)

    def ask(_number):
        together.wait()
        try:
            return len(author_search.search("Lem", 10).authors)
        except author_search.UpstreamError as exc:
            return exc.code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(ask, range(10))) == {"UPSTREAM_ERROR" if fails else 1}
    assert upstream.asked == ["search/authors"]

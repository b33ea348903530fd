"""`import_openlibrary` from the command line to the rows."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Author, Edition, Work
from config.row_security import SYSTEM, acting_as
from tests.enrichment.upstream import OpenLibrary, as_edition, as_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def upstream(stand_in):
    return OpenLibrary(stand_in)


def call(*arguments):
    out, err = io.StringIO(), io.StringIO()
    code, message = 0, ""
    try:
        call_command("import_openlibrary", *arguments, stdout=out, stderr=err)
    except CommandError as exc:
        code, message = exc.returncode, str(exc)
    return SimpleNamespace(code=code, message=message, out=out.getvalue(), err=err.getvalue())


def counts():
    with acting_as(SYSTEM):
        return [model.objects.count() for model in (Author, Work, Edition)]


@pytest.fixture
def lem(upstream):
    upstream.author("OL7A", "Stanisław Lem")
    upstream.works("OL7A", [as_work("OL1W", authors=["OL7A"])], [as_work("OL2W", "Eden")])
    upstream.years()


@pytest.fixture
def solaris(upstream):
    upstream.author("OL7A", "Stanisław Lem")
    upstream.work("OL1W", "Solaris", ["OL7A"])
    upstream.edition("OL3M", "Solaris", ["OL1W"])
    upstream.editions("OL1W", as_edition("OL3M"), as_edition("OL4M"))


def test_an_author_comes_with_all_works(upstream, lem):
    run = call("author", "OL7A")
    assert run.code == 0, run
    assert "OL7A Stanisław Lem: 1 authors added, 2 works added" in run.out
    assert counts() == [1, 2, 0]
    upstream.forget()
    assert call("author", "/authors/OL7A").out == ("OL7A Stanisław Lem: fresh, nothing was asked\n")
    assert upstream.asked == []


def test_a_work_comes_with_editions_and_authors(solaris):
    run = call("work", "OL1W", "OL1W")
    assert (run.code, counts()) == (0, [1, 1, 2])
    assert "1 authors added, 1 works added, 2 editions added" in run.out


def test_an_edition_comes_with_its_work(solaris, upstream):
    run = call("edition", "OL3M")
    assert (run.code, counts()) == (0, [1, 1, 2])
    upstream.edition("OL5M", "Solaris", ["OL1W"])
    upstream.forget()
    assert (call("edition", "OL5M").code, counts()) == (0, [1, 1, 3])
    assert upstream.asked == ["books/OL5M"]


@pytest.mark.parametrize(
    ("kind", "key", "told"),
    [
        ("author", "OL7A", "1 authors would be added, 2 works would be added"),
        ("work", "OL1W", "1 works would be added, 2 editions would be added"),
        ("edition", "OL3M", "1 works would be added, 2 editions would be added"),
    ],
)
def test_a_dry_run_says_what_would_change_and_writes_nothing(solaris, lem, kind, key, told):
    run = call(kind, key, "--dry-run")
    assert (run.code, counts()) == (0, [0, 0, 0])
    assert told in run.out


def test_what_is_refused_is_told_and_the_rest_is_in(upstream, solaris):
    upstream.answer("works/OL8W.json", {"key": "/works/OL8W", "type": {"key": "/type/delete"}})
    run = call("work", "OL9W", "OL8W", "OL1W")
    assert (run.code, run.message) == (1, "2 could not be brought.")
    assert "OL9W: refused. Open Library does not know this id." in run.out
    assert "OL8W: refused. Open Library has deleted this work." in run.out
    assert counts() == [1, 1, 2]


def test_pages_that_came_before_a_failure_are_told(upstream, lem):
    path = "authors/OL7A/works.json?limit=1000&offset=1000"
    upstream.answer(path, "<html>", content_type="text/html")
    run = call("author", "OL7A")
    assert (run.code, counts()) == (1, [1, 1, 0])
    assert "1  works added" in run.out


def test_a_work_without_a_title_in_a_list_is_refused(upstream):
    upstream.author("OL7A", "Stanisław Lem")
    upstream.works("OL7A", [as_work("OL1W", ""), as_work("OL2W", "Eden")])
    run = call("author", "OL7A")
    assert (run.code, counts()) == (1, [1, 1, 0])


@pytest.mark.parametrize("arguments", [("author", "OL1W"), ("work", "nonsense"), ("edition", "")])
def test_what_is_no_id_is_refused_before_anything_is_asked(upstream, arguments):
    run = call(*arguments)
    assert (run.code, upstream.asked) == (2, [])
    assert "such as OL1" in run.message

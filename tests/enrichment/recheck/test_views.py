"""`/books/{id}/recheck` over HTTP, at sources that answer over HTTP, too."""

from uuid import uuid4

import pytest
from auditlog.models import LogEntry

from catalog import lifecycle
from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.enrichment.upstream import OpenLibrary
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
ISBN = "9780156027601"
GOOGLES = {
    "id": "x1",
    "volumeInfo": {
        "title": "Solaris",
        "authors": ["Stanisław Lem"],
        "industryIdentifiers": [{"type": "ISBN_13", "identifier": ISBN}],
        "publishedDate": "2002-11-20",
        "description": "<p>A planet that thinks.</p>",
        "categories": ["Fiction"],
        "language": "en",
    },
}


@pytest.fixture
def book(reader):
    """A book of the reader's that was typed in with next to nothing."""
    blank = {"price": None, "language": "", "published_date": None, "publisher": None}
    return factories.BookFactory(
        title="solaris", authors=["Lem"], isbn13=ISBN, created_by=reader, **blank
    )


@pytest.fixture
def google(stand_in):
    stand_in.answer("/gb/volumes", {"totalItems": 1, "items": [GOOGLES]})
    stand_in.answer("/gb/volumes/x1", GOOGLES)
    return stand_in


def recheck(client, book, plugin="googlebooks", **body):
    return client.post(f"/books/{book.pk}/recheck", {"plugin": plugin, **body}, format="json")


def as_before(book):
    with acting_as(SYSTEM):
        fresh = Book.objects.values().get(pk=book.pk)
    return all(getattr(book, name) == value for name, value in fresh.items())


def test_a_title_becomes_a_good_record(api, reader, book, google):
    response = recheck(api(reader), book)

    assert response.status_code == 200, response.content
    body = response.json()
    assert (body["plugin"], body["matched"], body["confidence"]) == ("googlebooks", True, 1)
    assert body["changes"] == [
        change("title", "solaris", "Solaris"),
        change("authors", ["Lem"], ["Stanisław Lem"]),
        change("description", None, "A planet that thinks."),
        change("language", None, "en"),
        change("publishedDate", None, "2002-11-20"),
        change("genres", [], ["Fiction"]),
    ]
    assert body["book"] == api(reader).get(f"/books/{book.pk}").json()
    assert (body["book"]["title"], body["book"]["genres"]) == ("Solaris", ["Fiction"])
    assert body["book"]["lockedFields"] == []


def change(field, old, new):
    return {"field": field, "old": old, "new": new, "applied": True}


def test_the_trail_names_who_asked(api, reader, book, google):
    response = recheck(api(reader), book)
    entries = LogEntry.objects.get_for_object(book).filter(action=LogEntry.Action.UPDATE)
    assert {field for entry in entries for field in entry.changes} >= {"description", "genres"}
    assert {(entry.actor_id, entry.cid) for entry in entries} == {
        (reader.pk, response["X-Request-ID"])
    }


def test_open_library_by_isbn(api, reader, book, stand_in):
    upstream = OpenLibrary(stand_in)
    upstream.answer(
        f"isbn/{ISBN}.json", "", status=302, headers={"Location": "/ol/books/OL3M.json"}
    )
    upstream.edition("OL3M", works=["OL2W"], isbn_13=[ISBN], covers=[-1, 7])
    upstream.work("OL2W", authors=["OL1A"], subjects=["Science fiction"])
    upstream.author("OL1A")
    response = recheck(api(reader), book, "openlibrary", apply="blanks")
    assert response.status_code == 200, response.content
    body = response.json()
    assert body["book"]["coverImages"] == ["https://covers.openlibrary.org/b/id/7-L.jpg"]
    assert body["book"]["genres"] == ["Science fiction"]
    assert body["book"]["title"] == "solaris"
    assert body["changes"][0]["reason"] == "not_blank"


def test_a_preview_is_for_everybody_who_sees_the_book(api, other_reader, book, google):
    client = api(other_reader)
    problem_of(recheck(client, book, apply="none"), 404, "NOT_FOUND")
    with acting_as(SYSTEM):
        lifecycle.finalize(book)
        book.refresh_from_db()
    problem_of(recheck(client, book), 403, "FORBIDDEN")
    assert google.requests == []
    body = recheck(client, book, apply="none").json()
    assert {change["reason"] for change in body["changes"]} == {"preview"}
    assert not body["book"]["mine"]
    assert as_before(book)


def test_nothing_is_found(api, reader, book, stand_in):
    stand_in.answer("/gb/volumes", {"kind": "books#volumes", "totalItems": 0})
    body = recheck(api(reader), book).json()
    assert (body["matched"], body["confidence"], body["changes"]) == (False, 0, [])
    assert as_before(book)


def test_an_active_book_of_ones_own(api, reader, book):
    with acting_as(SYSTEM):
        lifecycle.finalize(book)
    problem_of(recheck(api(reader), book), 409, "INVALID_STATUS")


def test_a_publishers_book(api, member, google):
    membership = member.membership
    book = factories.BookFactory(title="Solaris", authors=["Lem"], publisher=membership.publisher)
    assert recheck(api(member), book).json()["book"]["authors"] == ["Stanisław Lem"]
    with acting_as(SYSTEM):
        membership.permissions = ["books:create"]
        membership.save()
    problem_of(recheck(api(member), book), 403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"plugin": "legimi"}, "plugin"),
        ({"plugin": "Googlebooks"}, "plugin"),
        ({"plugin": ["googlebooks"]}, "plugin"),
        ({"plugin": None}, "plugin"),
        ({}, "plugin"),
        ({"plugin": "googlebooks", "apply": "some"}, "apply"),
        ({"plugin": "googlebooks", "apply": None}, "apply"),
        ({"plugin": "googlebooks", "apply": True}, "apply"),
    ],
)
def test_bad_bodies(api, reader, book, stand_in, body, field):
    response = api(reader).post(f"/books/{book.pk}/recheck", body, format="json")
    assert fields_of(problem_of(response, 400, "VALIDATION_ERROR")) == [field]
    assert stand_in.requests == []


def test_an_unknown_plugin_is_told_which_there_are(api, reader, book):
    (detail,) = recheck(api(reader), book, "amazon").json()["details"]
    assert "openlibrary, googlebooks" in detail["message"]


@pytest.mark.parametrize("book_id", [uuid4(), "x"])
def test_a_book_that_is_not_there(api, reader, book_id):
    response = api(reader).post(
        f"/books/{book_id}/recheck", {"plugin": "openlibrary"}, format="json"
    )
    problem_of(response, 404, "NOT_FOUND")


def test_a_source_without_its_key(api, reader, book, stand_in, settings):
    settings.GOOGLE_BOOKS_API_KEY = ""
    problem_of(recheck(api(reader), book), 503, "UPSTREAM_NOT_CONFIGURED")
    assert stand_in.requests == []
    assert as_before(book)


def test_a_title_that_is_taken(api, reader, other_reader, book, google):
    factories.BookFactory(
        title="Solaris", authors=["Stanisław Lem"], publisher=None, created_by=other_reader
    )
    problem_of(recheck(api(reader), book), 400, "DUPLICATE_BOOK")
    assert as_before(book)

"""`/books/{id}/history`: a book's audit trail, in the API's words and without names."""

import pytest

from catalog import lifecycle
from catalog.models import Book
from config.row_security import SYSTEM, Actor, acting_as
from tests import factories
from tests.problems import problem_of

pytestmark = pytest.mark.django_db
BOOK = {"title": "Solaris", "authors": ["Lem, S.", "D'Arcy"], "genres": ["Poetry"]}


@pytest.fixture
def link(api, reader):
    return api(reader).post("/books", BOOK, format="json", headers={"X-Request-ID": "first"})[
        "Location"
    ]


def history(client, link, **params):
    response = client.get(f"{link}/history", params)
    assert response.status_code == 200, response.content
    return response.json()


def by_field(event):
    return {change["field"]: (change["old"], change["new"]) for change in event["changes"]}


def test_it_tells_what_was_submitted(api, reader, link):
    body = history(api(reader), link)
    tags, created = body["items"]
    assert (body["total"], body["page"]) == (2, 1)
    assert set(created) == {"at", "action", "actor", "changes", "requestId"}
    assert created["at"].endswith("Z")
    assert (created["action"], created["actor"], created["requestId"]) == (
        "create",
        "you",
        "first",
    )
    told = by_field(created)
    assert told["title"] == (None, "Solaris")
    assert told["authors"] == (None, ["Lem, S.", "D'Arcy"])
    assert told["status"] == (None, "PENDING")
    assert (tags["action"], by_field(tags)) == ("update", {"genres": ([], ["Poetry"])})


def test_it_tells_what_was_changed_by_whom_the_latest_first(api, reader, moderator, link):
    body = BOOK | {"title": "None", "genres": [], "publishedDate": "2001-02-03"}
    api(reader).put(link, body, format="json")
    book_id = link.rsplit("/")[-1]
    with acting_as(Actor(role="staff", user_id=moderator.pk)):
        lifecycle.finalize(Book.objects.get(pk=book_id))
    finalized, tags, changed, *_ = history(api(reader), link)["items"]
    assert (finalized["actor"], by_field(finalized)["status"]) == (
        "moderator",
        ("PENDING", "ACTIVE"),
    )
    assert by_field(tags) == {"genres": (["Poetry"], [])}
    assert by_field(changed) == {
        "title": ("Solaris", "None"),
        "publishedDate": (None, "2001-02-03"),
        "lockedFields": ([], ["genres", "publishedDate", "title"]),
    }
    assert history(api(moderator), link)["items"][2]["actor"] == "member"


def test_values_are_told_as_the_book_shows_them(api, reader, moderator, link):
    api(reader).put(link, BOOK | {"language": "pl"}, format="json")
    api(reader).put(link, BOOK, format="json")
    assert by_field(history(api(reader), link)["items"][0])["language"] == ("pl", None)
    book = factories.BookFactory(price="7.50")
    *_, created = history(api(moderator), f"/books/{book.pk}")["items"]
    assert by_field(created)["price"] == (None, 7.5)


def test_nobody_is_named(api, reader, moderator, link):
    for user in (reader, moderator):
        text = api(user).get(f"{link}/history").content.decode()
        assert not any(word in text for word in (reader.email, str(reader.pk), "created_by"))


def test_pages(api, reader, link):
    body = history(api(reader), link, page=2, page_size=1)
    assert [event["action"] for event in body["items"]] == ["create"]
    assert history(api(reader), link, page=9) == {"items": [], "total": 2, "page": 9}


def test_who_reads_it(api, reader, other_reader, moderator, link):
    problem_of(api(other_reader).get(f"{link}/history"), 404, "NOT_FOUND")
    with acting_as(SYSTEM):
        lifecycle.finalize(Book.objects.get(pk=link.rsplit("/")[-1]))
    problem_of(api(other_reader).get(f"{link}/history"), 403, "FORBIDDEN")
    assert history(api(moderator), link)["items"][0]["actor"] == "unknown"


def test_a_publishers_book(api, member, rival):
    publisher = member.membership.publisher
    colleague = factories.MembershipFactory(publisher=publisher).user
    with acting_as(Actor(role="user", user_id=colleague.pk, publisher_id=publisher.pk)):
        book = lifecycle.submit(
            title="T", authors=["A"], isbn13=factories.isbn13(1), price=1,
            publisher=publisher, created_by=member,
        )  # fmt: skip
        lifecycle.finalize(book)
    finalized, _ = history(api(member), f"/books/{book.pk}")["items"]
    assert finalized["actor"] == "publisher"
    assert by_field(finalized)["finalizedDate"][0] is None
    problem_of(api(rival).get(f"/books/{book.pk}/history"), 403, "FORBIDDEN")

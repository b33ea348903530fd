"""What `GET /books` lists, and for whom."""

import pytest

from catalog import lifecycle
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
URL = "/books"


@pytest.fixture(scope="module")
def reader(module_rows):
    return factories.UserFactory(email="reader@example.org")


@pytest.fixture(scope="module")
def books(reader):
    """Two ACTIVE books, of a publisher and of another reader, and a PENDING one of each."""
    other = factories.UserFactory()
    with acting_as(SYSTEM):
        lifecycle.finalize(factories.BookFactory(title="The Hobbit", language="en"))
        factories.BookFactory(title="A publisher's pending")
        lifecycle.finalize(brought(other, "Solaris", genre="Classics", language="pl"))
        brought(other, "The other's pending")
        brought(reader, "Mine", genre="classics")


def brought(member, title, *, genre=None, language=""):
    """Make a member's book, with no more than its author and what is named."""
    book = factories.BookFactory(
        title=title, authors=["Stanisław Lem"], language=language, publisher=None,
        created_by=member, price=None, book_format="", isbn13=None,
    )  # fmt: skip
    with acting_as(SYSTEM):
        return lifecycle.replace(book, genre_names=[genre] if genre else [])


def listed(client, **params):
    response = client.get(URL, params)
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["items"]]


def test_shows_what_is_active_and_ones_own_newest_first(api, reader, books):
    assert listed(api(reader)) == ["Mine", "Solaris", "The Hobbit"]


def test_moderators_see_all(api, moderator, books):
    assert len(listed(api(moderator))) == 5


@pytest.mark.parametrize(
    ("params", "titles"),
    [
        ({"mine": "true"}, ["Mine"]),
        ({"mine": "false"}, ["Mine", "Solaris", "The Hobbit"]),
        ({"status": "PENDING"}, ["Mine"]),
        ({"status": "ACTIVE"}, ["Solaris", "The Hobbit"]),
        ({"q": "lem solaris"}, ["Solaris"]),
        ({"q": "pending"}, []),
        ({"genre": "CLASSICS"}, ["Mine", "Solaris"]),
        ({"language": "PL"}, ["Solaris"]),
        ({"bookFormat": "Paperback"}, ["The Hobbit"]),
        ({"isbn": factories.isbn13(9_999_999)}, []),
        ({"sort": "title"}, ["Mine", "Solaris", "The Hobbit"]),
        ({"sort": "-title"}, ["The Hobbit", "Solaris", "Mine"]),
        ({"page": "2", "page_size": "2"}, ["The Hobbit"]),
        ({"page": "99999999"}, []),
    ],
)
def test_what_it_is_narrowed_and_sorted_by(api, reader, books, params, titles):
    assert listed(api(reader), **params) == titles


def test_a_publishers_member_lists_what_they_brought_as_a_member(api, member):
    factories.BookFactory(publisher=member.membership.publisher, created_by=member)
    body = {"title": "Their own", "authors": ["Stanisław Lem"]}
    assert api(member).post(URL, body, format="json").status_code == 201
    assert listed(api(member), mine="true") == ["Their own"]


def test_the_envelope(api, reader, books):
    body = api(reader).get(URL, {"page_size": 1}).json()
    assert (set(body), body["total"], body["page"]) == ({"items", "total", "page"}, 3, 1)
    assert body["items"][0]["rating"] == {"average": None, "count": 0}


@pytest.mark.parametrize(
    "params", [{"page": "0"}, {"page_size": "101"}, {"sort": "x"}, {"mine": "x"}]
)
def test_what_is_no_such_parameter_is_named(api, reader, params):
    assert fields_of(problem_of(api(reader).get(URL, params), 400, "VALIDATION_ERROR")) == [*params]

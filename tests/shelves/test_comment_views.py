"""`/books/{id}/comments` over HTTP (contract, "Members")."""

from uuid import UUID

import pytest

from catalog import lifecycle
from config.row_security import SYSTEM, acting_as
from shelves.models import Comment
from tests import factories
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(reader):
    """The reader's book, PENDING."""
    return factories.BookFactory(publisher=None, created_by=reader, price=None)


@pytest.fixture
def url(book):
    return f"/books/{book.pk}/comments"


def finalize(book):
    with acting_as(SYSTEM):
        lifecycle.finalize(book)


def say(client, url, body="Good."):
    return client.post(url, {"body": body}, format="json")


def test_a_comment_is_answered_and_listed_without_a_name(api, reader, moderator, url):
    response = say(api(reader), url, "First")
    comment = response.json()
    assert response.status_code == 201
    assert set(comment) == {"id", "body", "mine", "createdDate"}
    assert (comment["body"], comment["mine"]) == ("First", True)
    assert comment["createdDate"].endswith("Z")
    say(api(moderator), url, "Second")
    listed = api(reader).get(url)
    assert listed.json()["items"][0] == comment
    assert [(c["body"], c["mine"]) for c in listed.json()["items"]] == [
        ("First", True),
        ("Second", False),
    ]
    assert reader.email not in listed.content.decode()
    assert str(reader.pk) not in listed.content.decode()


def test_pages(api, reader, url):
    for number in range(3):
        say(api(reader), url, str(number))
    body = api(reader).get(url, {"page": 2, "page_size": 2}).json()
    assert ([c["body"] for c in body["items"]], body["total"], body["page"]) == (["2"], 3, 2)
    assert api(reader).get(url, {"page": 9}).json() == {"items": [], "total": 3, "page": 9}
    problem_of(api(reader).get(url, {"page": 0}), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "body",
    [
        "x",
        "x" * 5_000,
        " two\n\n\tlines\r\n ",
        "<script>alert(1)</script> &amp;",
        "Zażółć 📚\u2028",
    ],
)
def test_it_is_kept_as_it_is_typed(api, reader, url, body):
    assert say(api(reader), url, body).json()["body"] == body
    assert api(reader).get(url).json()["items"][0]["body"] == body


@pytest.mark.parametrize(
    "body", ["", " \n\t", "\u200b", "x" * 5_001, "a\x07", "a\x85", None, 7, ["a"], {"a": 1}]
)
def test_what_is_no_comment(api, reader, url, body):
    assert fields_of(problem_of(say(api(reader), url, body), 400, "VALIDATION_ERROR")) == ["body"]


def test_whoever_sees_the_book_comments_on_it(
    api, reader, other_reader, member, moderator, url, book
):
    people = {"reader": reader, "other": other_reader, "member": member, "moderator": moderator}

    def statuses():
        return {
            name: (say(api(user), url).status_code, api(user).get(url).status_code)
            for name, user in people.items()
        }

    hidden, seen = (404, 404), (201, 200)
    assert statuses() == {"reader": seen, "other": hidden, "member": hidden, "moderator": seen}
    finalize(book)
    assert set(statuses().values()) == {seen}


class TestDelete:
    def test_its_author_and_moderators(self, api, reader, other_reader, moderator, url, book):
        finalize(book)
        own, others = (
            f"{url}/{say(api(user), url).json()['id']}" for user in (reader, other_reader)
        )
        problem_of(api(reader).delete(others), 403, "FORBIDDEN")
        assert api(reader).delete(own).status_code == 204
        problem_of(api(reader).delete(own), 404, "NOT_FOUND")
        assert api(moderator).delete(others).status_code == 204
        assert api(reader).get(url).json()["total"] == 0

    def test_what_hangs_on_a_hidden_book_is_not_there(self, api, other_reader, url, book):
        comment = factories.CommentFactory(book=book, user=other_reader)
        problem_of(api(other_reader).delete(f"{url}/{comment.pk}"), 404, "NOT_FOUND")

    def test_under_another_book(self, api, reader, url):
        comment = say(api(reader), url).json()["id"]
        other = factories.BookFactory(publisher=None, created_by=reader)
        response = api(reader).delete(f"/books/{other.pk}/comments/{comment}")
        problem_of(response, 404, "NOT_FOUND")
        with acting_as(SYSTEM):
            assert Comment.objects.count() == 1

    @pytest.mark.parametrize("comment_id", [UUID(int=7), "nonsense"])
    def test_one_that_is_not_there(self, api, reader, url, comment_id):
        problem_of(api(reader).delete(f"{url}/{comment_id}"), 404, "NOT_FOUND")

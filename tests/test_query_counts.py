"""How many queries each list takes: as many as are recorded, whatever the number of rows.

After a change that is meant, `RECORD_QUERY_COUNTS=1 make test ARGS=tests/test_query_counts.py`
writes the file anew; its diff is what a review looks at.
"""

import json
import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import lifecycle
from catalog.models import Author, Book, Genre
from config.row_security import SYSTEM, acting_as
from config.schema import description
from tests import factories
from tests.openapi import operations

FILE = Path(__file__).with_name("query_counts.json")
MANY = 10


def _books(member, count):
    """Acme's ACTIVE books, with two genres and an edition each."""
    for _ in range(count):
        book = factories.BookFactory(publisher=member.membership.publisher)
        with acting_as(SYSTEM):
            lifecycle.replace(book, genre_names=["Poetry", f"Genre of {book.pk}"])
            lifecycle.finalize(book)


def _works(member, count):
    """Works of one author, of two authors each, with an edition, on the member's shelf."""
    author = Author.objects.filter(name="Prolific").first() or factories.AuthorFactory(
        name="Prolific"
    )
    for _ in range(count):
        edition = factories.EditionFactory(work__title="Prose")
        with acting_as(SYSTEM):
            edition.work.primary_edition = edition
            edition.work.save(update_fields=["primary_edition"])
        for one in (author, factories.AuthorFactory()):
            factories.AuthorWorkFactory(author=one, work=edition.work)
        factories.UserWorkFactory(user=member, work=edition.work)
    return {"author_id": author.pk}


def _authors(member, count):
    for _ in range(count):
        factories.UserAuthorFactory(user=member)


def _members_books(member, count):
    """The member's PENDING books, with two genres, a rating and comments each."""
    for _ in range(count):
        book = factories.BookFactory(publisher=None, created_by=member, price=None)
        with acting_as(SYSTEM):
            lifecycle.replace(book, genre_names=["Poetry", f"Genre of {book.pk}"])
        factories.RatingFactory(user=member, work=None, book=book)


def _found(title):
    with acting_as(SYSTEM):
        return Book.objects.filter(title=title).first()


def _comments(member, count):
    book = _found("Much Said") or factories.BookFactory(
        title="Much Said", publisher=member.membership.publisher
    )
    for _ in range(count):
        factories.CommentFactory(book=book)
    return {"book_id": book.pk}


def _history(member, count):
    """A book whose title has been changed again and again."""
    title = "Often Changed"
    book = _found(title)
    if book is None:
        # To come into being is the first entry.
        book, count = factories.BookFactory(title=title, publisher=None, created_by=member), 0
    for number in range(count):
        with acting_as(SYSTEM):
            book.description = f"Description {book.pk} {uuid4()} {number}"
            book.save(update_fields=["description"])
    return {"book_id": book.pk}


def _genres(member, count):
    for _ in range(count):
        with acting_as(SYSTEM):
            Genre.objects.create(name=f"Genre {uuid4()}")


FILTERS = "status=to_read,read&available=null&search=pro&sort=title_asc"
LISTS = {
    "/api/v1/books": _books,
    "/api/v1/books?mine=true": _books,
    "/api/v1/books?q=design&genre=poetry&sort=title": _books,
    "/api/authors/{author_id}/works": _works,
    "/api/authors/{author_id}/works?sort=title_asc": _works,
    "/api/works/search?q=prose": _works,
    "/api/user/works": _works,
    f"/api/user/works?{FILTERS}": _works,
    "/api/user/works?author_id={author_id}": _works,
    "/api/user/authors": _authors,
    "/api/user/authors?search=author&sort=created_desc": _authors,
    "/books": _members_books,
    "/books?q=design&genre=poetry&sort=title&mine=true": _members_books,
    "/books/{book_id}/comments": _comments,
    "/books/{book_id}/history": _history,
    "/api/genres": _genres,
}
"""Each list, and what makes rows of the member's that it shows, and names what its path needs."""


@pytest.fixture
def count(api, member):
    """Count the queries of a list, and show them when an assertion looks at them."""
    client = api(member)

    def run(path, rows):
        size = "pageSize" if path.startswith("/api/v1/") else "page_size"
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"{path}{'&' if '?' in path else '?'}{size}=100")
        assert response.status_code == 200, response.content
        data = response.json()
        assert data.get("data", data)["total"] == rows
        return [query["sql"] for query in queries]

    return run


@pytest.mark.django_db
@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_the_recorded_number_of_queries(path, count, member):
    named = LISTS[path](member, 1) or {}
    one = count(path.format(**named), 1)
    LISTS[path](member, MANY - 1)
    many = count(path.format(**named), MANY)
    assert len(many) == len(one), "\n".join(many)
    recorded = json.loads(FILE.read_text()) if FILE.exists() else {}
    if os.environ.get("RECORD_QUERY_COUNTS"):
        text = json.dumps(recorded | {path: len(one)}, indent=2, sort_keys=True)
        FILE.write_text(f"{text}\n")
    else:
        assert len(one) == recorded.get(path), "\n".join(one)


def test_every_list_is_here():
    paged = {
        name.partition(" ")[2]
        for name, operation in operations(description())
        if any(parameter.get("name") == "page" for parameter in operation["parameters"])
    }
    # The sources are as many as there are in the code, and no rows.
    assert paged - {"/api/enrichment/plugins"} == {path.partition("?")[0] for path in LISTS}

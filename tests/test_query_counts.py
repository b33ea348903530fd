"""How many queries each list takes: as many as are recorded, whatever the number of rows.

After a change that is meant, `RECORD_QUERY_COUNTS=1 make test ARGS=tests/test_query_counts.py`
writes the file anew; its diff is what a review looks at.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import lifecycle
from catalog.models import Author
from config.row_security import SYSTEM, acting_as
from config.schema import description
from tests import factories
from tests.openapi import operations

FILE = Path(__file__).with_name("query_counts.json")
MANY = 30


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
    assert paged == {path.partition("?")[0] for path in LISTS}

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


LISTS = {
    "/api/v1/books": _books,
    "/api/v1/books?mine=true": _books,
    "/api/v1/books?q=design&genre=poetry&sort=title": _books,
}
"""Each list, and what makes rows of the member's that it shows."""


@pytest.fixture
def count(api, member):
    """Count the queries of a list, and show them when an assertion looks at them."""
    client = api(member)

    def run(path, rows):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"{path}{'&' if '?' in path else '?'}pageSize=100")
        assert response.status_code == 200, response.content
        data = response.json()
        assert data.get("data", data)["total"] == rows
        return [query["sql"] for query in queries]

    return run


@pytest.mark.django_db
@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_the_recorded_number_of_queries(path, count, member):
    LISTS[path](member, 1)
    one = count(path, 1)
    LISTS[path](member, MANY - 1)
    many = count(path, MANY)
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

"""Pages of a list (contract, "Everywhere"), asked for over HTTP."""

import pytest

from tests import factories
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
LIST = "/api/v1/books?mine=true"


@pytest.fixture
def get(api, member):
    client = api(member)
    return lambda query="": client.get(LIST + query)


@pytest.fixture
def books(member):
    return factories.BookFactory.create_batch(21, publisher=member.membership.publisher)


def _shown(response):
    assert response.status_code == 200, response.content
    data = response.json()["data"]
    return len(data["items"]), data["total"], data["page"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", (20, 21, 1)),
        ("&page=2", (1, 21, 2)),
        ("&page=3", (0, 21, 3)),
        ("&page=999999999999999999", (0, 21, 999999999999999999)),
        ("&pageSize=1&page=21", (1, 21, 21)),
        ("&pageSize=100", (21, 21, 1)),
        ("&page=01", (20, 21, 1)),
    ],
)
def test_pages(get, books, query, shown):
    assert _shown(get(query)) == shown


@pytest.mark.parametrize("parameter", ["page", "pageSize"])
@pytest.mark.parametrize(
    "value", ["0", "-1", "x", "", "1.0", "1e3", "٣", "²", "9" * 19, "9" * 5000, "+1", " 1", "%00"]
)
def test_a_number_that_is_none_is_named(get, parameter, value):
    body = problem_of(get(f"&{parameter}={value}"), 400, "VALIDATION_ERROR")
    assert fields_of(body) == [parameter]


def test_a_page_has_its_largest_size(get):
    body = problem_of(get("&pageSize=101"), 400, "VALIDATION_ERROR")
    assert "100" in body["details"][0]["message"]

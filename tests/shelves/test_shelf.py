"""The page's statement: an index gives the order, and no more than a page is joined or sorted."""

import json

import pytest

from config.row_security import Actor, acting_as
from shelves import following, listing, shelf
from tests import factories, sql

pytestmark = pytest.mark.django_db
BY_YEAR, BY_TITLE = shelf.ORDERS["published_desc"], shelf.ORDERS["title_asc"]
PLANS = [
    (shelf.WORKS, BY_YEAR, (), "user_works_by_year"),
    (shelf.WORKS, BY_TITLE, (), "user_works_by_title"),
    (shelf.WORKS, BY_YEAR, (shelf._ONE_STATUS,), "user_works_by_status"),
    (shelf.WORKS, BY_YEAR, (shelf._STATUSES,), "user_works_by_year"),
    (shelf.WORKS, BY_TITLE, (shelf._ONE_STATUS,), "user_works_by_title"),
    (shelf.WORKS, BY_YEAR, (shelf._AVAILABLE["true"],), "user_works_by_available"),
    (shelf.WORKS, BY_YEAR, (shelf._AVAILABLE["false"],), "user_works_by_available"),
    (
        shelf.WORKS,
        shelf._order("published_desc", (shelf._UNKNOWN,)),
        (shelf._UNKNOWN,),
        "user_works_by_available",
    ),
    (following.AUTHORS, following.ORDERS["name_asc"], (), "user_authors_by_name"),
    (following.AUTHORS, following.ORDERS["created_desc"], (), "user_authors_by_time"),
]


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


def limited(plan):
    """Give the node below the page's LIMIT."""
    (limit,) = [node for node in nodes(plan) if node["Node Type"] == "Limit"]
    return next(node for node in limit["Plans"] if node.get("Parent Relationship") == "Outer")


@pytest.mark.parametrize(("lists", "order", "conditions", "index"), PLANS)
def test_an_index_gives_the_page_in_order(lists, order, conditions, index, reader):
    factories.UserWorkFactory(user=reader)
    # On a table of one row nothing else would make PostgreSQL look at an index.
    for way in ("seqscan", "bitmapscan", "sort"):
        sql.run(f"SET LOCAL enable_{way} = off")
    given = {"reader": reader.pk, "size": 20, "start": 0, "status": "read", "statuses": ["read"]}
    with acting_as(Actor(role="user", user_id=reader.pk)):
        statement = f"EXPLAIN (FORMAT JSON) {listing._page_sql(lists, order, conditions)}"
        answer = sql.value(statement, given)
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    below = limited(plan)
    assert below["Node Type"] in {"Index Only Scan", "Index Scan"}, plan
    # The index of the order alone carries the filtered columns, too; which one is read is a guess
    # about how many rows pass.
    assert below["Index Name"] in {index, "user_works_by_year"}


def test_unknown_availability_keeps_the_usual_order(api, reader):
    for year in (1900, None, 2000):
        work = factories.WorkFactory(first_publish_year=year)
        factories.UserWorkFactory(user=reader, work=work)
    body = api(reader).get("/api/user/works?available=null").json()
    assert [item["work"]["publish_year"] for item in body["items"]] == [2000, 1900, None]


def test_a_statement_is_made_once_for_each_order_and_set_of_filters():
    first = listing._page_sql(shelf.WORKS, BY_YEAR, (shelf._TITLED,))
    assert listing._page_sql(shelf.WORKS, BY_YEAR, (shelf._TITLED,)) is first

"""That the lists of books can be read by an index, as the web's role; tests/test_plans.py has more.

With all other ways switched off, PostgreSQL takes an index wherever one serves, empty as the tables
are; so nothing has to be filled to see that it does.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.row_security import Actor, acting_as
from tests import factories
from tests.moderation.submitted import LIST
from tests.sql import ask, run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "begins", "index"),
    [
        ("", "SELECT COUNT(*)", "Index Only Scan using books_waiting "),
        ("?state=all", "SELECT COUNT(*)", "Index Only Scan using books_by_time "),
        ("?state=all", 'SELECT "books"."id"', "Index Only Scan using books_by_time "),
        ("?state=all&o=2", 'SELECT "books"."id"', "using books_by_title "),
        ("?state=all&o=-6", 'SELECT "books"."id"', "using books_by_price "),
    ],
)
def test_an_index_answers(staff, moderator, query, begins, index):
    factories.BookFactory()
    with CaptureQueriesContext(connection) as captured:
        assert staff.get(LIST + query).status_code == 200
    read = [each["sql"] for each in captured if each["sql"].startswith(begins)]
    of_books = [sql for sql in read if ' FROM "books"' in sql]
    with acting_as(Actor("staff", moderator.pk)):
        for way in ("seqscan", "bitmapscan", "sort"):
            run(f"SET LOCAL enable_{way} = off")
        plans = ["\n".join(line for (line,) in ask(f"EXPLAIN {sql}")) for sql in of_books]
    assert any(index in plan for plan in plans), plans

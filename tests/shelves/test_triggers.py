"""What the shelves' triggers do, whoever writes and however: bare SQL.

Counting and limits, which shelves share with the catalog, are in tests/config/test_triggers.py.
"""

import pytest
from django.db import DatabaseError, transaction

from config.row_security import SYSTEM, acting_as
from shelves.models import UserWork
from tests import factories, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(reader):
    """A work on the reader's shelf, to_read since the year 2000."""
    item = factories.UserWorkFactory(user=reader)
    with acting_as(SYSTEM):
        sql.run("UPDATE user_works SET status_updated_at = '2000-01-01'")
        yield item


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ("status = 'read'", True),
        ("status = 'hidden', available_in_legimi = true", True),
        ("status = 'to_read'", False),
        ("status = status, available_in_legimi = false", False),
        ("available_in_legimi = true, legimi_checked_at = now()", False),
    ],
)
def test_status_updated_at_moves_with_the_status_alone(change, moves, item):
    sql.run(f"UPDATE user_works SET {change}")
    assert sql.value("SELECT status_updated_at > '2000-01-01' FROM user_works") is moves


def test_status_updated_at_says_what_is_typed_unless_the_status_changes(item):
    sql.run("UPDATE user_works SET status = 'read', status_updated_at = '1999-01-01'")
    assert sql.value("SELECT status_updated_at > '2000-01-01' FROM user_works")


@pytest.mark.parametrize("change", ["status = 'read'", "available_in_legimi = false"])
def test_updated_at_moves_with_a_real_change_alone(change, item):
    key = {"user_id": item.user_id, "work_id": item.work_id}
    assert sql.touches_updated_at(UserWork, change, key) == (False, True)


@pytest.mark.parametrize(
    ("table", "column", "factory"),
    [
        ("user_works", "user_id", factories.UserFactory),
        ("user_works", "work_id", factories.WorkFactory),
        ("user_authors", "user_id", factories.UserFactory),
        ("user_authors", "author_id", factories.AuthorFactory),
    ],
)
def test_a_shelf_row_never_moves(table, column, factory, item):
    """Else the counters of two readers would be wrong, and a limit could be passed."""
    factories.UserAuthorFactory(user=item.user)
    with (
        pytest.raises(DatabaseError, match=f"Cannot update rows from {table} table"),
        transaction.atomic(),
    ):
        sql.run(f"UPDATE {table} SET {column} = %s", [factory().pk])

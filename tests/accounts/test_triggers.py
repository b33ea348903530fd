"""What the accounts' triggers do, whoever writes and however: bare SQL."""

import pytest

from accounts.models import Membership, Profile, Publisher, User
from config.ids import new_id
from config.row_security import NOBODY, SYSTEM, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db


def _users(*emails):
    columns = "(id, password, is_superuser, email, is_active, is_staff)"
    places = ", ".join(["(%s, '', false, %s, true, false)"] * len(emails))
    return sql.run(
        f"INSERT INTO users {columns} VALUES {places}",
        [value for email in emails for value in (new_id(), email)],
    )


def test_every_user_of_a_statement_has_a_profile_with_the_default_limits():
    with acting_as(NOBODY):
        assert _users("a@example.org", "b@example.org", "c@example.org") == 3
    with acting_as(SYSTEM):
        profiles = sql.ask(
            "SELECT author_count, work_count, manual_author_count, manual_work_count,"
            " max_authors, max_works FROM profiles"
        )
    assert profiles == [(0, 0, 0, 0, 500, 5000)] * 3


def test_a_user_whom_the_database_refuses_leaves_no_profile():
    with acting_as(SYSTEM):
        with sql.refused_by("users_email_unique"):
            _users("a@example.org", "a@example.org")
        assert sql.value("SELECT count(*) FROM profiles") == 0


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (User, "is_staff = true"),
        (Profile, "max_works = 1"),
        (Publisher, "suspended_at = now()"),
        (Membership, "permissions = '{}'"),
    ],
)
def test_updated_at_moves_with_a_real_change_alone(model, change):
    membership = factories.MembershipFactory()
    key = {
        User: {"id": membership.user_id},
        Profile: {"user_id": membership.user_id},
        Publisher: {"id": membership.publisher_id},
        Membership: {"id": membership.pk},
    }[model]
    assert sql.touches_updated_at(model, change, key) == (False, True)


def test_every_table_that_tells_when_it_changed_has_the_trigger():
    """Of all apps: a new table with `updated_at` is here by itself."""
    columns = sql.ask(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'updated_at'"
    )
    triggers = sql.ask(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%touch\\_updated\\_at%'"
        " AND tgname NOT LIKE '%status%'"
    )
    assert sorted(columns) == sorted(triggers)
    assert len(columns) >= 8

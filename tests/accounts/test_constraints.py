"""Every rule of the accounts' tables, held by PostgreSQL alone: bare SQL, no form, no ORM."""

from uuid import UUID

import pytest

from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from tests import sql

pytestmark = pytest.mark.django_db

READER, STRANGER, ACME = UUID(int=1), UUID(int=2), UUID(int=3)
VALID = {
    "users": {
        "password": "",
        "is_superuser": False,
        "is_active": True,
        "is_staff": False,
        "email": "new@example.org",
    },
    "publishers": {"name": "New House"},
    "memberships": {"user_id": STRANGER, "publisher_id": ACME, "permissions": []},
    "events": {"name": "sign_up", "user_id": READER, "payload": "{}"},
}
REFUSED = [
    ("users_email_unique", "users", {"email": "reader@example.org"}),
    ("users_email_lower_case", "users", {"email": "New@example.org"}),
    ("users_subject_unique", "users", {"external_subject": "auth|1"}),
    ("publishers_name_unique", "publishers", {"name": "Acme"}),
    ("publishers_name_unique", "publishers", {"name": " ACME "}),
    ("publishers_name_not_empty", "publishers", {"name": ""}),
    ("publishers_name_not_empty", "publishers", {"name": " \t\n"}),
    ("memberships_user_id_key", "memberships", {"user_id": READER}),
    ("memberships_permissions_known", "memberships", {"permissions": ["books:burn"]}),
    (
        "memberships_permissions_known",
        "memberships",
        {"permissions": ["books:create", "Books:Update"]},
    ),
    ("events_name_known", "events", {"name": "sign_out"}),
]
TAKEN = [
    ("users_email_unique", "users", {"email": "reader@example.com"}),
    ("users_email_lower_case", "users", {"email": "łódź+1@example.org"}),
    ("users_subject_unique", "users", {"external_subject": "auth|2"}),
    ("users_subject_unique", "users", {"external_subject": None}),
    ("publishers_name_unique", "publishers", {"name": "Acme & Sons"}),
    ("publishers_name_not_empty", "publishers", {"name": "A"}),
    ("memberships_user_id_key", "memberships", {}),
    ("memberships_permissions_known", "memberships", {"permissions": []}),
    (
        "memberships_permissions_known",
        "memberships",
        {"permissions": ["books:create", "books:update", "books:finalize", "books:delete"]},
    ),
    *[
        ("events_name_known", "events", {"name": name})
        for name in ("sign_up", "add_author", "add_books_bulk", "mark_read", "check_legimi")
    ],
]
# A profile comes with its user, so its rules are met by an UPDATE: (rule, refused, taken).
PROFILES = [
    ("profiles_author_count_check", "author_count = -1", "author_count = 0"),
    ("profiles_work_count_check", "work_count = -1", "work_count = 0"),
    ("profiles_manual_author_count_check", "manual_author_count = -1", "manual_author_count = 0"),
    ("profiles_manual_work_count_check", "manual_work_count = -1", "manual_work_count = 0"),
    ("profiles_author_count_limit", "author_count = 501", "author_count = 500"),
    ("profiles_work_count_limit", "work_count = 5001", "work_count = 5000"),
    (
        "profiles_manual_author_count_limit",
        "manual_author_count = 501",
        "manual_author_count = 500",
    ),
    ("profiles_manual_work_count_limit", "manual_work_count = 5001", "manual_work_count = 5000"),
]
IMPLIED = {"profiles_max_authors_check", "profiles_max_works_check"}
"""A limit below nought is below its counter too, whose rule refuses first."""


@pytest.fixture(autouse=True)
def world():
    with acting_as(SYSTEM):
        _insert("users", id=READER, email="reader@example.org", external_subject="auth|1")
        _insert("users", id=STRANGER, email="stranger@example.org")
        _insert("publishers", id=ACME, name="Acme")
        _insert("memberships", user_id=READER)
        yield


def _insert(table, **columns):
    return sql.insert(table, **{"id": new_id(), **VALID[table], **columns})


@pytest.mark.parametrize(("constraint", "table", "columns"), REFUSED)
def test_a_row_that_breaks_a_rule_is_refused_by_it(constraint, table, columns):
    with sql.refused_by(constraint):
        _insert(table, **columns)


def test_a_no_break_space_alone_is_no_name():
    with sql.refused_by("publishers_name_not_empty"):
        _insert("publishers", name="\u00a0")


@pytest.mark.parametrize(("constraint", "table", "columns"), TAKEN)
def test_a_row_at_the_edge_of_a_rule_is_taken(constraint, table, columns):
    assert _insert(table, **columns) == 1


@pytest.mark.parametrize(("constraint", "refused", "taken"), PROFILES)
def test_a_profile_keeps_to_its_rules(constraint, refused, taken):
    with sql.refused_by(constraint):
        _update_profile(refused)
    assert _update_profile(taken) == 1


def test_a_limit_cannot_be_set_below_what_is_counted():
    _update_profile("author_count = 3, max_authors = 3")
    with sql.refused_by("profiles_author_count_limit"):
        _update_profile("max_authors = 2")


def _update_profile(assignment):
    return sql.run(f"UPDATE profiles SET {assignment} WHERE user_id = %s", [READER])


def test_every_rule_has_its_rows_here():
    rules = sql.rules_of("accounts") - IMPLIED
    profiles = {constraint for constraint, *_ in PROFILES}
    assert {constraint for constraint, *_ in REFUSED} | profiles == rules
    assert {constraint for constraint, *_ in TAKEN} | profiles == rules

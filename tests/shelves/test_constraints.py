"""Every rule of the shelves' tables, held by PostgreSQL alone."""

import pytest

from config.row_security import SYSTEM, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db

REFUSED = [
    ("user_works_status_known", "reading"),
    ("user_works_status_known", "TO_READ"),
    ("user_works_status_known", ""),
]
TAKEN = [
    ("user_works_status_known", status) for status in ("to_read", "in_progress", "read", "hidden")
]


@pytest.fixture
def row(reader):
    return {"user_id": reader.pk, "work_id": factories.WorkFactory().pk}


@pytest.mark.parametrize(("constraint", "status"), REFUSED)
def test_a_row_that_breaks_a_rule_is_refused_by_it(constraint, status, row):
    with acting_as(SYSTEM), sql.refused_by(constraint):
        sql.insert("user_works", **row, status=status)


@pytest.mark.parametrize(("constraint", "status"), TAKEN)
def test_a_row_at_the_edge_of_a_rule_is_taken(constraint, status, row):
    with acting_as(SYSTEM):
        assert sql.insert("user_works", **row, status=status) == 1


def test_a_work_stands_on_a_shelf_once(row):
    with acting_as(SYSTEM):
        sql.insert("user_works", **row)
        with sql.refused_by("user_works_pkey"):
            sql.insert("user_works", **row, status="read")


def test_an_author_is_followed_once(reader):
    row = {"user_id": reader.pk, "author_id": factories.AuthorFactory().pk}
    with acting_as(SYSTEM):
        sql.insert("user_authors", **row)
        with sql.refused_by("user_authors_pkey"):
            sql.insert("user_authors", **row)


def test_every_rule_has_its_rows_here():
    rules = sql.rules_of("shelves")
    assert {constraint for constraint, _ in REFUSED} == rules
    assert {constraint for constraint, _ in TAKEN} == rules

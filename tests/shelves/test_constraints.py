"""Every rule of the shelves' tables, held by PostgreSQL alone."""

from functools import partial
from uuid import UUID

import pytest

from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db

READER, OTHER, WORK, OTHER_WORK, BOOK, OTHER_BOOK = (UUID(int=n) for n in range(1, 7))
VALID = {
    "user_works": {"user_id": READER, "work_id": OTHER_WORK},
    "user_authors": {"user_id": READER},
    "ratings": {"id": new_id, "user_id": READER, "score": 3},
    "comments": {"id": new_id, "user_id": READER, "book_id": BOOK, "body": "x"},
    "book_ratings": {"book_id": OTHER_BOOK},
}
OF_WORK, OF_BOOK = {"work_id": OTHER_WORK}, {"book_id": OTHER_BOOK}
LONGEST = "\N{CHESTNUT}" * 5_000

REFUSED = [
    *[
        ("user_works_status_known", "user_works", {"status": status})
        for status in ("reading", "TO_READ", "")
    ],
    *[("user_works_rating_range", "user_works", {"rating": stars}) for stars in (0, "0.2", "5.01")],
    *[("ratings_score_range", "ratings", {**OF_WORK, "score": score}) for score in (0, 6, -1)],
    ("ratings_of_one_thing", "ratings", {}),
    ("ratings_of_one_thing", "ratings", OF_WORK | OF_BOOK),
    ("ratings_one_a_work", "ratings", {"work_id": WORK}),
    ("ratings_one_a_book", "ratings", {"book_id": BOOK}),
    *[
        ("comments_body_not_empty", "comments", {"body": body})
        for body in ("", " \t\r\n", "\N{NO-BREAK SPACE}")
    ],
    ("comments_body_length", "comments", {"body": LONGEST + "x"}),
    *[
        ("book_ratings_sum_of_scores", "book_ratings", {"count": count, "sum": total})
        for count, total in ((-1, -1), (0, 1), (2, 1), (2, 11))
    ],
]
TAKEN = [
    *[
        ("user_works_status_known", "user_works", {"status": status})
        for status in ("to_read", "in_progress", "read", "hidden")
    ],
    *[("user_works_rating_range", "user_works", {"rating": stars}) for stars in (None, "0.25", 5)],
    *[("ratings_score_range", "ratings", {**OF_WORK, "score": score}) for score in (1, 5)],
    ("ratings_of_one_thing", "ratings", OF_WORK),
    ("ratings_of_one_thing", "ratings", OF_BOOK),
    ("ratings_one_a_work", "ratings", {"work_id": WORK, "user_id": OTHER}),
    ("ratings_one_a_book", "ratings", {"book_id": BOOK, "user_id": OTHER}),
    ("comments_body_not_empty", "comments", {"body": " x "}),
    ("comments_body_length", "comments", {"body": LONGEST}),
    *[
        ("book_ratings_sum_of_scores", "book_ratings", {"count": count, "sum": total})
        for count, total in ((0, 0), (2, 2), (2, 10))
    ],
]
_insert = partial(sql.insert_valid, VALID)


@pytest.fixture(scope="module")
def world(module_rows):
    """Two readers, of whom one has rated one of two works and one of two books."""
    for user in (READER, OTHER):
        factories.UserFactory(id=user)
    for work in (WORK, OTHER_WORK):
        factories.WorkFactory(id=work)
    for book in (BOOK, OTHER_BOOK):
        factories.BookFactory(id=book)
    with acting_as(SYSTEM):
        _insert("ratings", work_id=WORK)
        _insert("ratings", book_id=BOOK)


@pytest.fixture(autouse=True)
def _as_system(world, db):
    with acting_as(SYSTEM):
        yield


@pytest.mark.parametrize(("constraint", "table", "columns"), REFUSED)
def test_a_row_that_breaks_a_rule_is_refused_by_it(constraint, table, columns):
    with sql.refused_by(constraint):
        _insert(table, **columns)


@pytest.mark.parametrize(("constraint", "table", "columns"), TAKEN)
def test_a_row_at_the_edge_of_a_rule_is_taken(constraint, table, columns):
    assert _insert(table, **columns) == 1


def test_a_work_stands_on_a_shelf_once():
    _insert("user_works")
    with sql.refused_by("user_works_pkey"):
        _insert("user_works", status="read")


def test_an_author_is_followed_once():
    author = factories.AuthorFactory().pk
    _insert("user_authors", author_id=author)
    with sql.refused_by("user_authors_pkey"):
        _insert("user_authors", author_id=author)


def test_every_rule_has_its_rows_here():
    rules = sql.rules_of("shelves")
    assert {constraint for constraint, *_ in REFUSED} == rules
    assert {constraint for constraint, *_ in TAKEN} == rules

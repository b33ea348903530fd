"""Every rule of the back-office's own tables, held by PostgreSQL alone."""

from uuid import UUID

import pytest

from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db

BOOK, OTHER = UUID(int=1), UUID(int=2)
LIKE = {"id": new_id, "book_id": BOOK, "other_book_id": OTHER, "flag": "same_book", "score": 1}
REFUSED = [
    ("book_likenesses_of_one_thing", {"other_book_id": None}),
    ("book_likenesses_score_range", {"score": 1.01}),
    ("book_likenesses_score_range", {"score": -0.01}),
    ("book_likenesses_unique", {}),
]


@pytest.fixture
def books():
    for key in (BOOK, OTHER):
        factories.BookFactory(pk=key)
    with acting_as(SYSTEM):
        sql.insert("book_likenesses", **{**LIKE, "id": new_id()})


@pytest.mark.parametrize(("rule", "columns"), REFUSED)
def test_what_breaks_a_rule_is_refused(books, rule, columns):
    with acting_as(SYSTEM), sql.refused_by(rule):
        sql.insert("book_likenesses", **{**LIKE, "id": new_id(), **columns})


def test_an_answer_about_a_cover_is_one_of_a_few():
    with acting_as(SYSTEM), sql.refused_by("cover_checks_answer_known"):
        sql.insert("cover_checks", url="https://x", answer="maybe", ask_again_at="now")

"""The row id that follows from an Open Library id, and the row that answers to one."""

from __future__ import annotations

from uuid import RFC_4122

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Author, Work
from catalog.openlibrary_ids import known, row_id
from tests import factories
from tests.sql import ask, run

NUMBERS = st.integers(min_value=1, max_value=10**17 - 1)


def test_the_layout_is_the_documented_one():
    assert str(row_id("OL1A")) == "20000000-0000-8001-8000-000000000000"
    assert str(row_id("OL4096W")) == "40000000-0001-8000-8000-000000000000"
    assert str(row_id(f"OL{10**17 - 1}M")) == "76345785-d89f-8fff-8000-000000000000"


@given(number=NUMBERS, other=NUMBERS, kind=st.sampled_from("AWM"))
def test_ids_are_of_version_8_and_sort_as_their_numbers_do(number, other, kind):
    first, second = row_id(f"OL{number}{kind}"), row_id(f"OL{other}{kind}")
    assert (first.version, first.variant) == (8, RFC_4122)
    assert (first < second, first == second) == (number < other, number == other)


@pytest.mark.parametrize(
    "text", ["OL0A", "OL1", "OL1B", "1A", f"OL{10**17}A", "OL1A\n", "OL\u0661A"]
)
def test_what_is_no_id_has_no_row_id(text):
    with pytest.raises(ValueError, match="no id"):
        row_id(text)


def test_a_manual_row_answers_to_no_id(db, reader, django_assert_num_queries):
    factories.AuthorFactory(owner_user=reader)
    with django_assert_num_queries(1):
        assert known(Author, "OL1A") is None


@pytest.mark.parametrize(
    ("model", "index"),
    [(Author, "authors_openlibrary_id_unique"), (Work, "works_openlibrary_id_unique")],
)
def test_a_row_is_found_by_an_index_under_the_policies(db, model, index):
    with CaptureQueriesContext(connection) as captured:
        known(model, "OL1X")
    run("SET LOCAL enable_seqscan = off")
    plan = [line for (line,) in ask(f"EXPLAIN {captured[0]['sql']}")]
    assert any(index in line for line in plan), plan

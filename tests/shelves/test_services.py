"""What changes a shelf, below HTTP: what is left when a row vanishes, and what is sent where."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.row_security import SYSTEM, Actor, acting_as
from shelves import services
from tests import factories, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_reader(reader):
    with acting_as(Actor(role="user", user_id=reader.pk)):
        yield reader


@pytest.mark.parametrize(
    ("changes", "queries"),
    [({"available_in_legimi": True}, 1), ({"status": "hidden"}, 1), ({"status": "read"}, 3)],
)
def test_a_change_is_one_statement_and_its_event(changes, queries, as_reader):
    works = [factories.UserWorkFactory(user=as_reader).work_id for _ in range(3)]
    with CaptureQueriesContext(connection) as run:
        services.change_works(as_reader, works, changes, field="work_ids")
    assert len(run) <= queries, run.captured_queries


@pytest.mark.parametrize("number", [1, 20])
def test_adding_works_takes_four_statements_whatever_their_number(number, as_reader):
    works = [work.pk for work in factories.WorkFactory.create_batch(number)]
    with CaptureQueriesContext(connection) as run:
        assert services.add_works(as_reader, works, "read")["added"] == works
    assert len(run) == 4, run.captured_queries


def test_a_choice_of_an_edition_shows_in_what_a_change_gives(as_reader):
    edition = factories.EditionFactory(publish_year=1999)
    work = factories.UserWorkFactory(user=as_reader, work=edition.work).work_id
    with acting_as(SYSTEM):
        sql.insert("edition_choices", user_id=as_reader.pk, work_id=work, edition_id=edition.pk)
    (item,) = services.change_works(as_reader, [work], {"status": "hidden"}, field="work_id")
    assert item["work"]["primary_edition"]["id"] == edition.pk
    assert item["work"]["publish_year"] == 1999

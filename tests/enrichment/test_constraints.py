"""Every rule of the jobs' table, held by PostgreSQL alone; `test_legimi_answers` has the other."""

from functools import partial
from uuid import UUID

import pytest

from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db

READER, TOKEN = UUID(int=1), UUID(int=2)
VALID = {
    "jobs": {
        "id": new_id,
        "kind": "author_works",
        "queue": "bulk",
        "user_id": READER,
        "arguments": "{}",
        "state": "{}",
    }
}
RUNNING = {"status": "running", "lease_token": TOKEN}
ENDED = {"status": "failed", "finished_at": "2026-01-01"}
REFUSED = [
    ("jobs_status_known", "jobs", {"status": "lost"}),
    ("jobs_held_while_running", "jobs", {"status": "running"}),
    ("jobs_held_while_running", "jobs", {"lease_token": TOKEN}),
    ("jobs_finish_has_time", "jobs", {"status": "failed"}),
    ("jobs_finish_has_time", "jobs", {"finished_at": "2026-01-01"}),
    ("jobs_progress_range", "jobs", {"done": -1}),
    ("jobs_progress_range", "jobs", {"done": 2, "total": 1}),
    ("jobs_once_unique", "jobs", {"once_key": "k"}),
    ("jobs_once_unique", "jobs", {"once_key": "k", **RUNNING}),
    ("jobs_once_unique", "jobs", {"once_key": "k", "user_id": None}),
]
TAKEN = [
    *[("jobs_status_known", "jobs", end) for end in (RUNNING, ENDED)],
    ("jobs_held_while_running", "jobs", RUNNING),
    ("jobs_finish_has_time", "jobs", ENDED),
    ("jobs_progress_range", "jobs", {"done": 1, "total": 1}),
    ("jobs_progress_range", "jobs", {"done": 1}),
    ("jobs_once_unique", "jobs", {"once_key": "other"}),
    ("jobs_once_unique", "jobs", {"once_key": "k", "kind": "other"}),
    ("jobs_once_unique", "jobs", {"once_key": "k", **ENDED}),
    ("jobs_once_unique", "jobs", {}),
]
_insert = partial(sql.insert_valid, VALID)


@pytest.fixture(autouse=True)
def world(db):
    """A reader's job and one of the platform's, both of the key "k"."""
    factories.UserFactory(id=READER)
    with acting_as(SYSTEM):
        for user in (READER, None):
            _insert("jobs", user_id=user, once_key="k")
        yield


@pytest.mark.parametrize(("constraint", "table", "columns"), REFUSED)
def test_a_row_that_breaks_a_rule_is_refused_by_it(constraint, table, columns):
    with sql.refused_by(constraint):
        _insert(table, **columns)


@pytest.mark.parametrize(("constraint", "table", "columns"), TAKEN)
def test_a_row_at_the_edge_of_a_rule_is_taken(constraint, table, columns):
    assert _insert(table, **columns) == 1


def test_every_rule_has_its_rows_here():
    rules = {rule for rule in sql.rules_of("enrichment") if rule.startswith("jobs_")}
    assert {constraint for constraint, *_ in REFUSED} == rules
    assert {constraint for constraint, *_ in TAKEN} == rules

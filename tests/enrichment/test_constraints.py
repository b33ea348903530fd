"""Every rule of the tables of jobs and loads, held by PostgreSQL alone."""

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
    },
    "dump_loads": {
        "id": new_id,
        "made_on": "2026-10-31",
        "way": "first",
        "files": "{}",
        "changes": "{}",
        "refused": "{}",
    },
}
RUNNING = {"status": "running", "lease_token": TOKEN}
ENDED = {"status": "failed", "finished_at": "2026-01-01"}
REFUSED = [
    ("dump_loads_status_known", "dump_loads", {**ENDED, "status": "lost"}),
    ("dump_loads_way_known", "dump_loads", {"way": "back"}),
    ("dump_loads_finish_has_time", "dump_loads", {"status": "failed"}),
    ("dump_loads_finish_has_time", "dump_loads", {"finished_at": "2026-11-01"}),
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
    ("dump_loads_status_known", "dump_loads", ENDED),
    ("dump_loads_way_known", "dump_loads", {"way": "next"}),
    ("dump_loads_finish_has_time", "dump_loads", ENDED),
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
    rules = {rule for rule in sql.rules_of("enrichment") if rule.startswith(("jobs_", "dump_"))}
    assert {constraint for constraint, *_ in REFUSED} == rules
    assert {constraint for constraint, *_ in TAKEN} == rules

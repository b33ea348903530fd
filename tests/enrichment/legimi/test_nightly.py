"""The nightly re-check: what is old, oldest first, within the day's budget."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.legimi import nightly
from enrichment.models import Job
from enrichment.stand_in import Fault
from shelves.models import UserWork
from tests import factories
from tests.enrichment.jobs import job_kinds
from tests.enrichment.legimi.legimi_bodies import CATALOGUE, book, has

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def budget(settings):
    settings.LEGIMI_NIGHTLY_BUDGET = 100


def shelve(user, title="Solaris", days=None, **state):
    """Put a work on a shelf, last checked so many days ago; None: never."""
    work = factories.WorkFactory(title=title)
    factories.AuthorWorkFactory(work=work, author__name="Stanisław Lem")
    checked_at = None if days is None else timezone.now() - timedelta(days=days)
    factories.UserWorkFactory(user=user, work=work, legimi_checked_at=checked_at, **state)
    return work.pk


def state(user, work):
    with acting_as(SYSTEM):
        return UserWork.objects.get(user=user, work=work).available_in_legimi


def ran():
    return job_kinds.ran(nightly.start())


@pytest.mark.parametrize(("enabled", "requests"), [(False, 100), (True, 0)])
def test_it_does_nothing_unless_the_operator_wants_it(stand_in, settings, enabled, requests):
    settings.LEGIMI_ENABLED, settings.LEGIMI_NIGHTLY_BUDGET = enabled, requests
    assert nightly.start() is None
    with acting_as(SYSTEM):
        assert not Job.objects.exists()


def test_one_runs_at_a_time(stand_in):
    assert nightly.start() == nightly.start()


def test_what_is_old_or_was_never_checked_is_asked_about(stand_in, reader, other_reader):
    has(stand_in)
    never, old = shelve(reader), shelve(other_reader, days=8, available_in_legimi=False)
    fresh = shelve(reader, days=1, available_in_legimi=False)
    by_hand = shelve(reader, available_in_legimi=False)
    job = ran()
    assert (job.status, job.result["available"], job.result["checked"]) == ("succeeded", 2, 2)
    assert [state(reader, never), state(other_reader, old)] == [True, True]
    assert [state(reader, fresh), state(reader, by_hand)] == [False, False]


def test_all_readers_of_a_work_cost_one_look(stand_in, reader, other_reader):
    has(stand_in)
    work = shelve(reader)
    factories.UserWorkFactory(user=other_reader, work_id=work)
    assert ran().result["available"] == 2
    assert len(stand_in.requests) == 2


def test_the_budget_ends_it_and_the_oldest_come_first(stand_in, settings, reader):
    settings.LEGIMI_NIGHTLY_BUDGET = 3
    has(stand_in)
    newer, older = shelve(reader, days=8), shelve(reader, days=30)
    job = ran()
    assert (job.status, job.result["checked"]) == ("succeeded", 1)
    assert (state(reader, older), state(reader, newer)) == (True, None)
    assert len(stand_in.requests) == 3
    assert ran().result["checked"] == 0
    assert len(stand_in.requests) == 3


def test_a_work_without_an_answer_stands_in_nobodys_way(stand_in, reader):
    has(stand_in, book(title="Eden"))
    silent, answered = shelve(reader, days=30), shelve(reader, "Eden", days=20)
    stand_in.fault(CATALOGUE, Fault.HTML_200, times=1)
    assert ran().result == {"checked": 2, "available": 1, "unavailable": 0, "unanswered": 1}
    assert (state(reader, silent), state(reader, answered)) == (None, True)


def test_it_goes_on_where_it_was_cut_off(stand_in, reader, monkeypatch):
    has(stand_in)
    for days in (8, 9, 10):
        shelve(reader, days=days)
    job_id = nightly.start()
    monkeypatch.setattr(jobs.RunningJob, "should_yield", lambda _job: True)
    assert [job_kinds.ran(job_id).done for _ in range(3)] == [1, 2, 3]
    job = job_kinds.ran(job_id)
    assert (job.status, job.result["available"]) == ("succeeded", 3)

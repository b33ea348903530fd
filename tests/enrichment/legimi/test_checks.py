"""Legimi checks: what a job leaves on the shelf, and what it tells."""

import pytest
from django.db import OperationalError

from accounts.models import Event
from config.row_security import SYSTEM, acting_as
from enrichment import jobs
from enrichment.jobs import lease
from enrichment.legimi import checks
from enrichment.models import LegimiAnswer
from enrichment.stand_in import Fault
from shelves import services
from shelves.models import UserWork
from tests import factories
from tests.enrichment.jobs import job_kinds
from tests.enrichment.legimi.legimi_bodies import (
    CATALOGUE,
    FOR_SALE,
    has,
    has_nothing,
)

pytestmark = pytest.mark.django_db


def shelve(user, title="Solaris", **state):
    work = factories.WorkFactory(title=title)
    author = factories.AuthorFactory(name="Stanisław Lem")
    factories.AuthorWorkFactory(work=work, author=author)
    factories.UserWorkFactory(user=user, work=work, **state)
    return work.pk


def state(user, work):
    with acting_as(SYSTEM):
        item = UserWork.objects.get(user=user, work=work)
    return item.available_in_legimi, item.legimi_checked_at


def events():
    with acting_as(SYSTEM):
        return [event.payload for event in Event.objects.filter(name="check_legimi")]


def checked(user, *works):
    return job_kinds.ran(checks.start(user.pk, list(works)))


def searches(stand_in):
    return [arrived for arrived in stand_in.requests if arrived.path == CATALOGUE]


class TestOutcome:
    def test_in_the_subscription(self, stand_in, reader):
        has(stand_in)
        work = shelve(reader)
        job = checked(reader, work)
        available, checked_at = state(reader, work)
        assert available is True
        assert checked_at is not None
        result = {"checked": 1, "available": 1, "unavailable": 0, "unanswered": 0}
        assert (job.status, job.done, job.total, job.result) == ("succeeded", 1, 1, result)

    def test_found_and_for_sale_or_not_found(self, stand_in, reader):
        for_sale, unknown = shelve(reader), shelve(reader, "Eden")
        has(stand_in, body=FOR_SALE)
        job = checked(reader, for_sale, unknown)
        assert [state(reader, work)[0] for work in (for_sale, unknown)] == [False, False]
        assert job.result["unavailable"] == 2

    @pytest.mark.parametrize("before", [None, True, False])
    def test_no_answer_changes_nothing(self, stand_in, reader, before):
        work = shelve(reader, available_in_legimi=before)
        with acting_as(SYSTEM):
            item = UserWork.objects.get(user=reader, work=work)
        stand_in.fault(CATALOGUE, Fault.SERVER_ERROR_HTML)
        job = checked(reader, work)
        assert (job.status, job.result["unanswered"]) == ("succeeded", 1)
        with acting_as(SYSTEM):
            again = UserWork.objects.get(user=reader, work=work)
        for name in ("available_in_legimi", "legimi_checked_at", "updated_at", "status"):
            assert getattr(again, name) == getattr(item, name)

    def test_the_readers_own_word_gives_way_when_they_ask(self, stand_in, reader):
        work = shelve(reader, available_in_legimi=True)
        has_nothing(stand_in)
        checked(reader, work)
        assert state(reader, work)[0] is False

    def test_what_they_say_after_they_have_asked_stays(self, stand_in, reader):
        work = shelve(reader)
        has(stand_in)
        job_id = checks.start(reader.pk, [work])
        with acting_as(checks.as_reader(reader.pk)):
            services.change_works(reader, [work], {"available_in_legimi": False}, field="work_id")
        assert job_kinds.ran(job_id).result["available"] == 1
        assert state(reader, work) == (False, None)

    def test_nobody_elses_shelf_changes(self, stand_in, reader, other_reader):
        work = shelve(reader)
        factories.UserWorkFactory(user=other_reader, work_id=work)
        has(stand_in)
        checked(reader, work)
        assert state(other_reader, work) == (None, None)

    def test_a_work_that_has_left_the_shelf_is_not_counted(self, stand_in, reader):
        work, gone = shelve(reader), shelve(reader, "Eden")
        has(stand_in)
        job_id = checks.start(reader.pk, [gone, work])
        with acting_as(SYSTEM):
            UserWork.objects.filter(user=reader, work=gone).delete()
        job = job_kinds.ran(job_id)
        assert (job.status, job.done, job.result["checked"]) == ("succeeded", 2, 1)


class TestCache:
    def test_another_readers_check_costs_no_request(self, stand_in, reader, other_reader):
        work = shelve(reader)
        factories.UserWorkFactory(user=other_reader, work_id=work)
        has(stand_in)
        checked(reader, work)
        checked(other_reader, work)
        assert state(reader, work) == state(other_reader, work)
        assert len(stand_in.requests) == 2

    def test_silence_is_remembered_too(self, stand_in, reader):
        work = shelve(reader)
        stand_in.fault(CATALOGUE, Fault.CUT_OFF, times=1)
        assert [checked(reader, work).result["unanswered"] for _ in range(2)] == [1, 1]
        assert len(stand_in.requests) == 1


class TestEvent:
    def test_it_tells_the_counts_with_the_readers_own(self, stand_in, reader):
        works = [shelve(reader), shelve(reader, "Eden")]
        has(stand_in)
        checked(reader, *works)
        assert events() == [
            {"authors": 0, "works": 2}
            | {"checked": 2, "available": 1, "unavailable": 1, "unanswered": 0}
        ]

    def test_a_run_that_is_cut_off_counts_nothing_twice(self, stand_in, reader, monkeypatch):
        works = [shelve(reader), shelve(reader, "Eden"), shelve(reader, "Solaris")]
        has(stand_in)
        job_id = checks.start(reader.pk, works)
        monkeypatch.setattr(jobs.RunningJob, "should_yield", lambda _job: True)
        assert [job_kinds.ran(job_id).done for _ in works] == [1, 2, 3]
        job = job_kinds.fresh(job_id)
        assert (job.status, job.result["checked"], job.result["available"]) == ("succeeded", 3, 2)
        assert len(events()) == 1

    def test_a_run_that_was_killed_after_its_last_step_tells_it_no_second_time(
        self, stand_in, reader
    ):
        works = [shelve(reader)]
        has(stand_in)
        job_id = checks.start(reader.pk, works)
        checks.check(jobs.RunningJob(lease.claim(job_id)))
        last_save = job_kinds.fresh(job_id)
        job_kinds.change(job_id, due_at=last_save.created_at)
        job = job_kinds.ran(job_id)
        assert (job.status, job.result["available"]) == ("succeeded", 1)
        assert len(events()) == 1

    def test_a_step_that_could_not_be_saved_is_taken_again(self, stand_in, reader, monkeypatch):
        work = shelve(reader)
        has(stand_in)
        job_id = checks.start(reader.pk, [work])

        def fail(*_args):
            raise OperationalError

        with monkeypatch.context() as broken:
            broken.setattr(checks, "tell", fail)
            job = job_kinds.ran(job_id)
        assert (job.status, job.done, job.state) == ("queued", 0, {})
        assert state(reader, work) == (None, None)
        job_kinds.change(job_id, due_at=job.created_at)
        assert job_kinds.ran(job_id).result["checked"] == 1
        assert len(events()) == 1


class TestHeld:
    @pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.FORBIDDEN])
    def test_a_source_that_is_held_makes_the_job_wait(self, stand_in, reader, fault):
        works = [shelve(reader), shelve(reader, "Eden")]
        stand_in.fault(CATALOGUE, fault)
        job = checked(reader, *works)
        assert (job.status, job.done, job.attempts) == ("queued", 0, 1)
        assert (len(searches(stand_in)), events()) == (1, [])
        with acting_as(SYSTEM):
            assert not LegimiAnswer.objects.exists()

    def test_what_was_done_before_stays_done(self, stand_in, reader):
        first, second = shelve(reader), shelve(reader, "Eden")
        has(stand_in)
        checked(reader, first)
        job_id = checks.start(reader.pk, [first, second])
        stand_in.fault(CATALOGUE, Fault.TOO_MANY)
        job = job_kinds.ran(job_id)
        assert (job.status, job.done, job.total) == ("queued", 1, 2)
        assert job.state == {"tally": {"available": 1, "unavailable": 0, "unanswered": 0}}

    def test_switched_off_meanwhile_the_job_fails_and_asks_nothing(
        self, stand_in, reader, settings
    ):
        job_id = checks.start(reader.pk, [shelve(reader)])
        settings.LEGIMI_ENABLED = False
        job = job_kinds.ran(job_id)
        assert (job.status, job.error) == ("failed", "Legimi is switched off here.")
        assert stand_in.requests == []


class TestStart:
    def test_one_work_is_interactive_and_several_are_not(self, stand_in, reader):
        one, other = shelve(reader), shelve(reader)
        ids = [checks.start(reader.pk, works) for works in ([one], [one, other])]
        assert [job_kinds.fresh(job_id).queue for job_id in ids] == ["interactive", "bulk"]

    def test_the_same_works_again_are_the_same_job(self, stand_in, reader):
        one, other = shelve(reader), shelve(reader)
        first = checks.start(reader.pk, [one, other])
        assert checks.start(reader.pk, [other, one]) == first
        assert checks.start(reader.pk, [one]) != first

"""Starting a job, and what its handler tells while it runs."""

import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction

from config import celery
from config.errors import ConflictError
from config.row_security import SYSTEM, Actor, acting_as
from enrichment import jobs
from enrichment.jobs import lease, messages
from enrichment.models import Job
from tests import factories
from tests.enrichment.jobs import job_kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    with job_kinds.made_up(lambda job: {}) as name:
        yield name


@pytest.fixture
def sent(monkeypatch):
    """List the messages that leave, instead of sending them."""
    sent = []
    monkeypatch.setattr(messages, "send", lambda *message: sent.append(message))
    return sent


@pytest.fixture
def running(kind, reader):
    """Give a job that this test runs."""
    job_id = jobs.start(kind, user_id=reader.pk, arguments={"author": "OL1A"})
    return jobs.RunningJob(lease.claim(job_id))


class TestStart:
    def test_a_reader_may_start_one_and_the_message_follows_the_commit(
        self, kind, reader, sent, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            with acting_as(Actor(role="user", user_id=reader.pk)):
                job_id = jobs.start(kind, user_id=reader.pk, arguments={"author": "OL1A"})
            assert sent == []
        assert sent == [(job_id, "bulk")]
        job = job_kinds.fresh(job_id)
        assert (job.user_id, job.arguments, job.status) == (reader.pk, {"author": "OL1A"}, "queued")

    def test_what_is_rolled_back_was_never_started(
        self, kind, sent, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            jobs.start(kind, user_id=None, arguments={})
            transaction.set_rollback(True)
        assert sent == []

    def test_without_a_broker_the_job_stays(
        self, kind, monkeypatch, caplog, django_capture_on_commit_callbacks
    ):
        def fail(*_message):
            raise ConnectionError

        monkeypatch.setattr(messages, "send", fail)
        with django_capture_on_commit_callbacks(execute=True):
            job_id = jobs.start(kind, user_id=None, arguments={})
        assert job_kinds.fresh(job_id).status == "queued"
        assert "on_commit" in caplog.text

    def test_one_key_is_one_job_of_a_user_while_it_is_unfinished(self, kind, reader, sent):
        def start(user, key="author"):
            user_id = user and user.pk
            return jobs.start(kind, user_id=user_id, arguments={}, once_key=key)

        first = start(reader)
        assert start(reader) == first
        assert start(reader, "another") != first
        assert start(factories.UserFactory()) != first
        assert start(None) == start(None) != first
        job_kinds.ran(first)
        assert start(reader) != first

    def test_a_job_knows_the_request_that_started_it(self, kind, monkeypatch):
        monkeypatch.setattr(jobs, "current_request_id", lambda: "the-request")
        job_id = jobs.start(kind, user_id=None, arguments={})
        assert job_kinds.fresh(job_id).request_id == "the-request"

    def test_an_unknown_kind_is_a_bug(self):
        with pytest.raises(KeyError):
            jobs.start("unknown", user_id=None, arguments={})

    def test_a_kind_is_registered_once(self, kind):
        with pytest.raises(ValueError, match="two kinds"):
            jobs.job_kind(kind, queue="bulk")(dict)

    def test_a_kind_names_a_queue_that_workers_look_at(self):
        with pytest.raises(ValueError, match="queue called slow"):
            jobs.job_kind("new", queue="slow")(dict)


@pytest.mark.django_db(transaction=True)
def test_two_transactions_at_once_start_one_job(kind, reader, sent):
    """The second one waits for the first, whose row it cannot see yet."""
    found = []

    def start():
        try:
            found.append(jobs.start(kind, user_id=reader.pk, arguments={}, once_key="k"))
        finally:
            connection.close()

    other = threading.Thread(target=start)
    with transaction.atomic():
        first = jobs.start(kind, user_id=reader.pk, arguments={}, once_key="k")
        other.start()
        other.join(0.2)
        assert found == []
    other.join()
    assert found == [first]
    assert sent == [(first, "bulk")]


class TestRunningJob:
    def test_progress_is_saved_at_once_with_what_was_noted(self, running):
        running.remember(offset=1000)
        assert job_kinds.fresh(running.id).state == {}
        running.progress(1000, 2500)
        job = job_kinds.fresh(running.id)
        assert (job.done, job.total, job.state) == (1000, 2500, {"offset": 1000})

    def test_a_total_that_was_too_small_grows(self, running):
        running.progress(3, 2)
        assert job_kinds.fresh(running.id).total == 3
        running.progress(4)
        assert job_kinds.fresh(running.id).total is None

    def test_progress_ends_the_row_of_losses(self, running):
        job_kinds.change(running.id, losses=4)
        running.progress(1)
        assert job_kinds.fresh(running.id).losses == 0

    def test_who_lost_the_job_saves_nothing(self, running):
        job_kinds.change(running.id, lease_token=uuid4())
        with pytest.raises(lease.LeaseLostError):
            running.progress(1)
        assert job_kinds.fresh(running.id).done == 0

    def test_it_lets_others_go_first_after_a_while(self, running, monkeypatch):
        assert not running.should_yield()
        monkeypatch.setattr(jobs, "SLICE_SECONDS", 0.0)
        assert running.should_yield()

    def test_it_ends_early_with_its_worker(self, running, monkeypatch):
        monkeypatch.setattr(celery, "_stopping", bytearray(1))
        celery.tell_children()
        assert running.should_yield()


class TestRunAgain:
    def test_a_failed_job_goes_on_from_where_it_came_to(self, kind, reader):
        job = factories.JobFactory(
            user=reader,
            kind=kind,
            state={"offset": 7},
            done=7,
            attempts=5,
            error="No answer.",
            status="failed",
            finished_at=reader.created_at,
        )
        jobs.run_again(job)
        job = job_kinds.fresh(job.pk)
        assert (job.status, job.error, job.finished_at, job.attempts) == ("queued", None, None, 0)
        assert (job.state, job.done) == ({"offset": 7}, 7)

    def test_one_that_succeeded_begins_anew(self, kind, reader):
        job = factories.JobFactory(
            user=reader,
            kind=kind,
            state={"offset": 7},
            done=7,
            total=7,
            result={"works": 7},
            status="succeeded",
            finished_at=reader.created_at,
        )
        jobs.run_again(job)
        job = job_kinds.fresh(job.pk)
        assert (job.state, job.done, job.total, job.result) == ({}, 0, None, None)

    def test_one_that_is_under_way_is_left_alone(self, running):
        with pytest.raises(ConflictError):
            jobs.run_again(running.row)

    def test_the_platform_alone_writes_jobs(self, running, reader):
        with acting_as(Actor(role="user", user_id=reader.pk)):
            assert Job.objects.update(done=9) == 0
        with acting_as(SYSTEM):
            assert Job.objects.update(done=9) == 1

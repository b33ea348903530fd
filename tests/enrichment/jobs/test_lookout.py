"""Jobs that nobody would come for are called again, and a long queue is not made longer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.celery import QUEUES, app
from enrichment.jobs import lease, lookout, messages
from enrichment.tasks import purge_jobs, resume_lost_jobs
from tests import factories
from tests.enrichment.jobs import job_kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """List the jobs that are called, instead of sending messages; all queues are empty."""
    called = []
    monkeypatch.setattr(messages, "send", lambda job_id, _queue: called.append(job_id))
    monkeypatch.setattr(messages, "empty_queues", lambda: list(QUEUES))
    return called


def ago(**time):
    return timezone.now() - timedelta(**time)


def job(**columns):
    return factories.JobFactory(user=None, **columns).pk


def test_a_job_that_was_called_just_now_is_on_its_way(sent):
    job()
    assert resume_lost_jobs() == 0
    assert sent == []


def test_a_job_whose_pause_is_over_is_called_once(sent):
    due = job(sent_at=ago(minutes=2), due_at=ago(seconds=1))
    job(sent_at=ago(minutes=2), due_at=ago(seconds=-60))
    assert [resume_lost_jobs(), resume_lost_jobs()] == [1, 0]
    assert sent == [due]


def test_a_job_whose_worker_died_is_called_once(sent):
    dead, alive = job(sent_at=ago(minutes=2)), job()
    for job_id in (dead, alive):
        lease.claim(job_id)
    job_kinds.change(dead, due_at=ago(seconds=1))
    assert [resume_lost_jobs(), resume_lost_jobs()] == [1, 0]
    assert sent == [dead]


def test_a_job_whose_message_was_lost_is_called_when_its_queue_is_empty(sent, monkeypatch):
    called_at = ago(minutes=1)
    lost = job(sent_at=called_at, due_at=called_at, queue="bulk")
    monkeypatch.setattr(messages, "empty_queues", lambda: ["interactive"])
    assert resume_lost_jobs() == 0
    monkeypatch.setattr(messages, "empty_queues", lambda: ["interactive", "bulk"])
    assert resume_lost_jobs() == 1
    assert sent == [lost]


def test_what_has_ended_is_left_alone(sent):
    for status in ("succeeded", "failed"):
        job(status=status, finished_at=ago(hours=1), sent_at=ago(hours=2), due_at=ago(hours=1))
    assert resume_lost_jobs() == 0


def test_a_queue_is_empty_unless_a_message_waits_in_it():
    app.control.purge()
    assert messages.empty_queues() == list(QUEUES)
    messages.send(job(), "bulk")
    assert messages.empty_queues() == ["interactive", "periodic"]
    assert app.control.purge() == 1


def test_a_worker_that_starts_looks_now_and_when_the_last_lease_has_ended(monkeypatch):
    looks = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: looks.append((name, options)))
    lookout.look_at_start()
    assert {name for name, _ in looks} == {resume_lost_jobs.name}
    now, later = (options["countdown"] for _, options in looks)
    assert now == 0
    assert later > lease.SECONDS


def test_jobs_are_kept_for_a_month_after_their_end():
    for days in (29, 31):
        job(status="failed", finished_at=ago(days=days))
    job()
    assert purge_jobs() == 1

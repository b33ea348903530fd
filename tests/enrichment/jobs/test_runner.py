"""How a run ends: what a handler gave or raised, and what the row says afterwards."""

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, transaction
from django.utils import timezone

from config.errors import (
    NotFoundError,
    UnprocessableRecordError,
    UpstreamError,
    UpstreamNotConfiguredError,
    UpstreamRateLimitedError,
)
from config.logs import current_request_id
from enrichment import jobs
from enrichment.jobs import lease, runner
from enrichment.tasks import run_job
from tests.enrichment.jobs import job_kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def job_of(request):
    """Give a job that a handler runs: `job_of(handler)`."""

    def start(run, **options):
        made_up = job_kinds.made_up(run, f"made_up_{len(jobs.KINDS)}")
        name = made_up.__enter__()
        request.addfinalizer(lambda: made_up.__exit__(None, None, None))
        return jobs.start(name, user_id=None, arguments={"n": 1}, **options)

    return start


def raising(error):
    def run(job):
        raise error

    return run


def make_due(job_id):
    job_kinds.change(job_id, due_at=timezone.now() - timedelta(seconds=1))


def waits(job):
    return (job.due_at - timezone.now()).total_seconds()


def test_a_job_that_ends_has_its_result(job_of):
    def run(job):
        job.progress(2, 2)
        return {"works": job.arguments["n"]}

    job = job_kinds.ran(job_of(run))
    assert (job.status, job.result, job.error) == ("succeeded", {"works": 1}, None)
    assert (job.done, job.total, job.lease_token) == (2, 2, None)
    assert job.started_at <= job.finished_at


def test_the_second_copy_of_a_message_does_nothing(job_of):
    runs = []
    job_id = job_of(lambda job: runs.append(runner.run(job.id)) or {})
    run_job(str(job_id))
    run_job(str(job_id))
    assert len(runs) == 1


def test_a_message_of_a_job_that_is_gone_does_nothing(db):
    run_job(str(uuid4()))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NotFoundError("No such author."), "No such author."),
        (UnprocessableRecordError(), UnprocessableRecordError.default_detail),
        (UpstreamNotConfiguredError(), UpstreamNotConfiguredError.default_detail),
    ],
)
def test_what_will_not_pass_fails_the_job_with_its_words(job_of, error, message):
    job = job_kinds.ran(job_of(raising(error)))
    assert (job.status, job.error, job.result) == ("failed", message, None)


def test_a_bug_fails_the_job_with_neutral_words_and_one_line_of_log(job_of, caplog):
    job = job_kinds.ran(job_of(raising(ZeroDivisionError("secret detail"))))
    assert (job.status, job.error) == ("failed", runner.NEUTRAL)
    (line,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "secret detail" in line.getMessage()
    assert str(job.pk) in line.getMessage()


def test_a_source_that_fails_is_asked_again_later_and_later(job_of):
    job_id = job_of(raising(UpstreamError("No answer.")))
    for attempt, pause in enumerate((30, 60, 120, 240), start=1):
        job = job_kinds.ran(job_id)
        assert (job.status, job.attempts, job.error) == ("queued", attempt, None)
        assert 0.7 * pause < waits(job) < 1.3 * pause
        assert job_kinds.ran(job_id).attempts == attempt, "it is not due yet"
        make_due(job_id)
    job = job_kinds.ran(job_id)
    assert (job.status, job.attempts, job.error) == ("failed", 5, "No answer.")


def test_a_source_that_names_a_time_is_left_alone_until_then(job_of):
    job = job_kinds.ran(job_of(raising(UpstreamRateLimitedError(retry_after=600))))
    assert 590 < waits(job) < 670


def test_a_database_that_is_away_for_a_moment_is_no_bug(job_of):
    assert job_kinds.ran(job_of(raising(OperationalError()))).status == "queued"


def test_a_step_that_is_rolled_back_takes_its_progress_along(job_of):
    def run(job):
        with transaction.atomic():
            job.remember(offset=7)
            job.progress(7)
            raise OperationalError

    job = job_kinds.ran(job_of(run))
    assert (job.status, job.done, job.state) == ("queued", 0, {})


def test_a_source_that_fails_a_long_job_now_and_then_does_not_fail_it(job_of):
    def run(job):
        job.progress(job.done + 1)
        raise UpstreamError

    job_id = job_of(run)
    for _ in range(7):
        job_kinds.ran(job_id)
        make_due(job_id)
    assert job_kinds.fresh(job_id).status == "queued"


def test_a_job_that_yields_goes_on_from_its_state(job_of):
    def run(job):
        page = job.state.get("page", 0)
        job.remember(page=page + 1)
        job.progress(page, 3)
        if page < 3:
            raise job.Yield
        return {"pages": page}

    job_id = job_of(run)
    for _ in range(3):
        assert job_kinds.ran(job_id).status == "queued"
    job = job_kinds.ran(job_id)
    assert (job.status, job.result, job.attempts) == ("succeeded", {"pages": 3}, 0)


def test_one_that_takes_too_long_for_its_task_goes_on(job_of):
    job_id = job_of(raising(SoftTimeLimitExceeded()))
    job = job_kinds.ran(job_id)
    assert (job.status, job.losses, job.attempts) == ("queued", 1, 0)


def test_one_that_is_cut_off_again_and_again_fails(job_of):
    job_id = job_of(raising(SoftTimeLimitExceeded()))
    for _ in range(runner.MOST_LOSSES + 1):
        assert job_kinds.ran(job_id).status == "queued"
    job = job_kinds.ran(job_id)
    assert (job.status, job.error) == ("failed", runner.LOST)


def test_a_kind_that_is_known_no_more_fails(job_of, monkeypatch):
    job_id = job_of(lambda job: {})
    monkeypatch.setattr(jobs, "KINDS", {})
    assert job_kinds.ran(job_id).error == runner.NEUTRAL


def test_a_dead_workers_job_is_taken_when_its_lease_has_ended(job_of):
    job_id = job_of(lambda job: {})
    lease.claim(job_id)
    assert job_kinds.ran(job_id).status == "running"
    make_due(job_id)
    job = job_kinds.ran(job_id)
    assert (job.status, job.losses) == ("succeeded", 1)


def test_a_run_that_overslept_leaves_the_job_to_the_other(job_of, caplog):
    def sleep(job):
        make_due(job.id)
        lease.claim(job.id)
        return {"mine": True}

    job = job_kinds.ran(job_of(sleep))
    assert (job.status, job.result) == ("running", None)
    assert "job_lease_lost" in caplog.text


def test_what_a_job_logs_names_it_and_its_request(job_of, monkeypatch):
    seen = []
    monkeypatch.setattr(jobs, "current_request_id", lambda: "the-request")
    job_kinds.ran(job_of(lambda job: seen.append(current_request_id()) or {}))
    assert seen == ["the-request"]
    assert current_request_id() is None

"""A lease is renewed while its run lives, by a thread with a connection of its own."""

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from enrichment.jobs import lease
from enrichment.models import Job
from tests import factories
from tests.enrichment.jobs import job_kinds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held(monkeypatch):
    monkeypatch.setattr(lease, "SECONDS", 0.2)
    return lease.claim(factories.JobFactory(user=None).pk)


def test_a_lease_is_renewed_until_the_run_is_over(held):
    with lease.renewed(held):
        time.sleep(0.3)
        assert job_kinds.fresh(held.pk).due_at > timezone.now()
        assert lease.claim(held.pk) is None
    assert "lease" not in {thread.name for thread in threading.enumerate()}
    time.sleep(0.2)
    assert lease.claim(held.pk).losses == 1


def test_renewing_ends_with_the_lease(held):
    with lease.renewed(held):
        lease.give_back(held, Job.Status.QUEUED)
        job_kinds.change(held.pk, due_at=held.due_at)
        time.sleep(0.1)
        assert job_kinds.fresh(held.pk).due_at == held.due_at


def test_a_renewal_that_fails_is_followed_by_another(held, monkeypatch, caplog):
    failures = iter([lease.DatabaseError("gone")])

    def end():
        for failure in failures:
            raise failure
        return timezone.now() + timedelta(hours=1)

    monkeypatch.setattr(lease, "_end", end)
    with lease.renewed(held):
        time.sleep(0.2)
    assert job_kinds.fresh(held.pk).due_at > timezone.now() + timedelta(minutes=59)
    assert "lease_not_renewed" in caplog.text

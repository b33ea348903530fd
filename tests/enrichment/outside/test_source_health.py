"""What all processes know of a service."""

from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client import generate_latest

from config.metrics import SHARED
from enrichment.outside import redis_client, source_health
from enrichment.outside.answers import CallFailedError, Hold, Service

SERVICE = Service(
    name="example", title="Example Books", base_url="http://a.example", user_agent="a", pace=()
)


def fail(reason="server_error", **more):
    return source_health.note_failure(SERVICE, "/a", CallFailedError(reason, **more))


def test_nobody_has_asked_yet():
    assert source_health.health("example") == source_health.Health(state="unused")
    assert source_health.health("example").is_healthy


def test_healthy_again_after_a_failure():
    fail()
    health = source_health.health("example")
    assert (health.state, health.reason, health.is_healthy) == ("failing", "server_error", False)
    assert health.message == "Example Books has an error of its own. Try again later."
    assert timezone.now() - health.since < timedelta(seconds=5)
    assert health.last_ok_at is None
    source_health.note_answer(SERVICE, "missing")
    health = source_health.health("example")
    assert (health.state, health.reason, health.since) == ("healthy", "", None)
    assert timezone.now() - health.last_ok_at < timedelta(seconds=5)


def test_it_failed_since_the_first_failure():
    fail()
    since = source_health.health("example").since
    fail("timeout")
    health = source_health.health("example")
    assert (health.since, health.reason) == (since, "timeout")


def test_paused_says_until_when_and_what_to_do():
    hold = Hold(seconds=600, reason="blocked", advice="Set EXAMPLE_CONTACT.")
    error = fail("blocked", hold=hold)
    assert str(error.detail) == "Example Books refuses to answer us. Set EXAMPLE_CONTACT."
    health = source_health.health("example")
    assert (health.state, health.message) == ("paused", "Set EXAMPLE_CONTACT.")
    left = health.paused_until - timezone.now()
    assert timedelta(seconds=595) < left <= timedelta(seconds=600)
    with pytest.raises(CallFailedError):
        source_health.refuse_held(SERVICE)


def test_the_next_call_is_the_trial_when_an_operator_ends_a_hold():
    assert not source_health.resume("example")
    for _ in range(source_health.FAILURES_IN_A_ROW):
        fail("timeout")
    assert source_health.health("example").state == "paused"
    assert source_health.resume("example")
    source_health.refuse_held(SERVICE)
    assert source_health.health("example").state == "failing"
    fail("timeout")
    assert source_health.health("example").state == "paused"


def test_a_failure_that_was_under_way_does_not_shorten_a_hold():
    fail("blocked", hold=Hold(seconds=600, reason="blocked"))
    for _ in range(source_health.FAILURES_IN_A_ROW):
        fail("timeout")
    assert source_health.health("example").reason == "blocked"


def test_a_hold_ends_by_itself():
    fail("rate_limited", hold=Hold(seconds=0.001, reason="rate_limited"), retry_after=1)
    while redis_client.client().exists(redis_client.key("hold", "example")):
        pass
    source_health.refuse_held(SERVICE)
    assert source_health.health("example").state == "unused"


def test_counts_are_shown_to_prometheus(client, settings):
    source_health.note_answer(SERVICE, "found")
    source_health.note_answer(SERVICE, "found")
    fail("timeout")
    settings.METRICS_TOKEN = "token-of-the-metrics"
    page = client.get("/metrics", headers={"Authorization": "Bearer token-of-the-metrics"})
    text = page.content.decode()
    assert 'bookhub_source_requests_total{outcome="found",source="example"} 2.0' in text
    assert 'bookhub_source_requests_total{outcome="timeout",source="example"} 1.0' in text
    assert "django_http_requests" in text


def test_metrics_do_without_redis(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.client.cache_clear()
    try:
        assert b"bookhub_source_requests" in generate_latest(SHARED)
    finally:
        redis_client.client.cache_clear()

"""What a refusal means: how long to wait, or to stay away."""

import time
from email.utils import formatdate

import pytest

from enrichment.outside.answers import HOUR, Hold, Refusal, Service
from enrichment.outside.refusals import failure

SERVICE = Service(name="example", base_url="http://a.example", user_agent="a", pace=())


def met(status, retry_after=None, service=SERVICE):
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return failure(service, Refusal(status=status, headers=headers, body=b""))


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        (None, 60),
        ("7", 7),
        (" 7 ", 7),
        ("0", 1),
        ("9" * 30, 24 * HOUR),
        ("-5", 60),
        ("1.5", 60),
        ("\u0667", 60),
        ("soon", 60),
        ("Fri, 99 Foo 2026 25:61:61 GMT", 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 24 * HOUR),
    ],
)
def test_how_long_too_many_lasts(retry_after, seconds):
    failed = met(429, retry_after)
    assert (failed.reason, failed.hold.seconds) == ("rate_limited", seconds)
    assert failed.retry_after == seconds


def test_a_date_says_when():
    failed = met(429, formatdate(time.time() + 600, usegmt=True))
    assert failed.hold.seconds == pytest.approx(600, abs=2)


@pytest.mark.parametrize(
    ("status", "reason", "hold", "may_pass"),
    [
        (400, "bad_request", None, False),
        (401, "blocked", HOUR, False),
        (403, "blocked", HOUR, False),
        (422, "bad_request", None, False),
        (500, "server_error", None, True),
        (502, "server_error", None, True),
        (503, "server_error", None, True),
    ],
)
def test_what_a_status_means(status, reason, hold, may_pass):
    failed = met(status)
    assert (failed.reason, failed.status, failed.may_pass) == (reason, status, may_pass)
    assert (failed.hold.seconds if failed.hold else None) == hold


def test_a_server_that_is_away_may_say_for_how_long():
    failed = met(503, "30")
    assert (failed.reason, failed.hold.seconds, failed.may_pass) == ("rate_limited", 30, False)


def test_a_service_reads_its_refusals_first_and_errors_of_its_own_never():
    hold = Hold(seconds=5, reason="quota")
    service = Service(
        name="example",
        base_url="http://a.example",
        user_agent="a",
        pace=(),
        read_refusal=lambda refusal: hold if refusal.status == 400 else None,
    )
    assert met(400, service=service).reason == "quota"
    assert met(403, service=service).reason == "blocked"

"""What a 4xx or 5xx status of a service means for us: nothing there, wait, stay away, try again."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from enrichment.outside.answers import HOUR, RATE_REASONS, CallFailedError, Hold, Refusal

if TYPE_CHECKING:
    from enrichment.outside.answers import Service

DEFAULT_WAIT = 60.0
LONGEST_WAIT = 24 * HOUR
SHORTEST_WAIT = 1.0
BLOCKED_FOR = HOUR
BLOCKING = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def failure(service: Service, refusal: Refusal) -> CallFailedError:
    """Say what came of a call that ended with a status of 400 or more."""
    hold = _hold(service, refusal)
    if hold:
        wait = hold.seconds if hold.reason in RATE_REASONS else None
        return CallFailedError(hold.reason, status=refusal.status, hold=hold, retry_after=wait)
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return CallFailedError("server_error", status=refusal.status, may_pass=True)
    return CallFailedError("bad_request", status=refusal.status)


def _hold(service: Service, refusal: Refusal) -> Hold | None:
    is_ours = refusal.status < HTTPStatus.INTERNAL_SERVER_ERROR
    special = service.read_refusal(refusal) if service.read_refusal and is_ours else None
    return special or _common_hold(service, refusal)


def _common_hold(service: Service, refusal: Refusal) -> Hold | None:
    advice = service.advice.get(refusal.status, "")
    if refusal.status in BLOCKING:
        return Hold(seconds=BLOCKED_FOR, reason="blocked", advice=advice)
    wait = retry_after(refusal)
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Hold(seconds=wait or DEFAULT_WAIT, reason="rate_limited", advice=advice)
    if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE and wait:
        return Hold(seconds=wait, reason="rate_limited", advice=advice)
    return None


def retry_after(refusal: Refusal) -> float | None:
    """Read Retry-After, seconds or a date (RFC 9110, 10.2.3), between a second and a day."""
    text = refusal.headers.get("Retry-After", "").strip()
    wait = float(text) if text.isascii() and text.isdigit() else _seconds_until(text)
    return None if wait is None else min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def _seconds_until(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None

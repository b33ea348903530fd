"""What Google means by a 4xx: the day's quota, the minute's, the key, or where we are.

Shapes and habits: external-services.md, section 3.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from enrichment.outside.answers import HOUR, Hold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enrichment.outside.answers import Refusal

QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
"""The day of a quota ends with that of Google's headquarters."""
A_MINUTE = 60

USED_UP = (
    "The requests to Google Books that a day allows are used up;"
    " the Google Cloud console lets you ask for more."
)
UNKNOWN_COUNTRY = "Google Books does not know where this server is: set GOOGLE_BOOKS_COUNTRY."
BAD_KEY = (
    "Google Books does not accept the key: look at GOOGLE_BOOKS_API_KEY,"
    " and in the Google Cloud console at what the key is restricted to."
)

_DAILY = ("dailylimitexceeded", "perday", "per day", "/d/")
_TOO_FAST = ("ratelimitexceeded", "rate_limit_exceeded")
_KEY = ("keyinvalid", "keyexpired", "api_key_invalid", "api key")
_REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def hold(refusal: Refusal) -> Hold | None:
    """Say how long to leave Google alone; None for what the common rules say well enough."""
    said = _said(refusal.body)
    is_too_many = refusal.status == HTTPStatus.TOO_MANY_REQUESTS
    if is_too_many or refusal.status in _REFUSALS:
        if _names(said, _DAILY):
            return Hold(
                seconds=seconds_to_midnight(datetime.now(UTC)), reason="quota", advice=USED_UP
            )
        return None if is_too_many else _refused(refusal.status, said)
    return None


def _refused(status: int, said: str) -> Hold | None:
    if _names(said, _TOO_FAST):
        return Hold(seconds=A_MINUTE, reason="rate_limited")
    if "unknownlocation" in said:
        return Hold(seconds=HOUR, reason="blocked", advice=UNKNOWN_COUNTRY)
    if status == HTTPStatus.BAD_REQUEST and not _names(said, _KEY):
        return None
    return Hold(seconds=HOUR, reason="blocked", advice=BAD_KEY)


def _names(said: str, words: tuple[str, ...]) -> bool:
    return any(word in said for word in words)


def _said(body: bytes) -> str:
    """Put everything together that an error says: its forms have changed, the words have not."""
    try:
        return " ".join(_texts(json.loads(body))).lower()
    except (ValueError, RecursionError):
        return ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def seconds_to_midnight(now: datetime) -> float:
    """Give the seconds until the day of the quota is over, which may have an hour more or less."""
    tomorrow = now.astimezone(QUOTA_ZONE).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), QUOTA_ZONE).timestamp() - now.timestamp()

"""Exact limits, counted in Valkey."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond

from config.errors import RateLimitedError
from config.limits import spend

MINUTE = RateLimitItemPerMinute(5)


def _spent(_number=0, *limits):
    try:
        return spend("key", *(limits or [MINUTE]))
    except RateLimitedError as exc:
        return exc


def test_so_many_and_no_more():
    windows = [_spent() for _ in range(5)]
    assert [window.remaining for window in windows] == [4, 3, 2, 1, 0]
    assert isinstance(_spent(), RateLimitedError)


def test_at_once_too():
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(_spent, range(40)))
    assert sum(isinstance(answer, RateLimitedError) for answer in answers) == 35


def test_keys_do_not_share():
    for _ in range(5):
        spend("one", MINUTE)
    assert spend("other", MINUTE).remaining == 4


def test_a_refusal_says_when_to_come_back():
    for _ in range(5):
        spend("key", MINUTE)
    with pytest.raises(RateLimitedError) as refused:
        spend("key", MINUTE)
    headers = refused.value.headers
    assert 55 <= int(headers["Retry-After"]) <= 60
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("5", "0")
    assert 55 <= int(headers["X-RateLimit-Reset"]) - time.time() <= 61


def test_the_tighter_limit_says_its_own():
    second = RateLimitItemPerSecond(2)
    hundred = RateLimitItemPerMinute(100)
    for _ in range(2):
        spend("key", second, hundred)
    with pytest.raises(RateLimitedError) as refused:
        spend("key", second, hundred)
    assert refused.value.headers["Retry-After"] == "1"
    # A refused call is not counted against the limit behind it.
    assert refused.value.headers["X-RateLimit-Remaining"] == "98"

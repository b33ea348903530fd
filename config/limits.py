"""Exact rate limits: sliding windows in Redis, counted over all processes.

A fixed window lets twice the limit through around its edge; the contract says exactly 20 in one
second, so the timestamps themselves are kept (docs/decisions/0003-rate-limits.md).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import TYPE_CHECKING

from django.conf import settings
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from config.errors import RateLimitedError

if TYPE_CHECKING:
    from limits import RateLimitItem


@dataclass(frozen=True)
class Window:
    """What is left of a limit: the figures of the X-RateLimit-* headers."""

    limit: int
    remaining: int
    reset: int
    """Unix time, in seconds, at which the next place becomes free."""

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


@cache
def storage() -> RedisStorage:
    """Give the connection pool to Redis that this process keeps."""
    return RedisStorage(settings.REDIS_URL, key_prefix="bookhub-limits")


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(storage())


def spend(key: str, *limits: RateLimitItem) -> Window:
    """Count one call of `key` against all `limits`, the tightest first.

    Returns what is left of the last one, which is the one to tell the caller about.
    Raises RateLimitedError, with Retry-After of the limit that refused; a refused call is not
    counted against the limits behind it.
    """
    refused = next((limit for limit in limits if not _limiter().hit(limit, key)), None)
    stats = _limiter().get_window_stats(limits[-1], key)
    told = Window(limits[-1].amount, stats.remaining, ceil(stats.reset_time))
    if refused:
        wait = _limiter().get_window_stats(refused, key).reset_time - time.time()
        raise RateLimitedError(retry_after=ceil(wait), headers=told.headers())
    return told

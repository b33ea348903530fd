"""The connections to Redis for what all processes know of the outside together."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis

PATIENCE = 3.0
"""Seconds that Redis may take; without an answer from it nothing outside is asked."""
PREFIX = "bookhub-sources"


@cache
def client() -> Any:
    """Give the Redis client that this process keeps; its answers are text.

    The types of redis-py do not tell so: they have bytes wherever there may be text.
    """
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
    )


def key(*parts: str) -> str:
    return ":".join([PREFIX, *parts])

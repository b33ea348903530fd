"""How often a service may be asked: windows in Redis that all processes and threads share."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

from limits.strategies import MovingWindowRateLimiter

from config import limits
from enrichment.outside.answers import CallFailedError

if TYPE_CHECKING:
    from limits import RateLimitItem

    from enrichment.outside.answers import Service

SHORTEST_WAIT = 0.01


class Patience:
    """Seconds that one call may spend waiting for its turns, all of them together."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def wait(self, seconds: float) -> None:
        """Sleep; raises CallFailedError at once where it would take longer than there is."""
        if time.monotonic() + seconds > self._until:
            raise CallFailedError("our_pace", retry_after=seconds)
        time.sleep(seconds)


def take_turn(service: Service, patience: Patience) -> None:
    """Wait until the service may be asked, and count this request.

    Raises CallFailedError with the time after which there is a turn when patience does not reach.
    """
    while (full := _first_full(service)) is not None:
        reset: float = _limiter().get_window_stats(full, service.name).reset_time
        patience.wait(max(reset - time.time(), SHORTEST_WAIT))


def _first_full(service: Service) -> RateLimitItem | None:
    """Count a request in each window, or in none of them where one is full; give that one.

    Where another process takes the last place in between, those already counted stay counted:
    that errs on the polite side.
    """
    for is_free in (_limiter().test, _limiter().hit):
        for window in service.pace:
            if not is_free(window, service.name):
                return window
    return None


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(limits.storage())

"""Times a question on a server: one connection for latency, eight for throughput."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bench.client import Client, closing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    NextRequest = Callable[[], bytes]

CONNECTIONS = 8
LEAST = 3
WARM_UP = 4
"""Requests before the clock runs: both workers meet the statement, and prepare it."""


@dataclass(frozen=True)
class Latency:
    """One server's answer times in one round, in milliseconds; `refused` had no 2xx."""

    p50: float
    p99: float
    count: int
    refused: int = 0


def percentile(times: Sequence[float], share: float) -> float:
    """Give the nearest-rank percentile of some times (`share` 0.99 is p99)."""
    return sorted(times)[max(0, math.ceil(share * len(times)) - 1)]


def is_good(status: int) -> bool:
    return 200 <= status < 300


def latency(
    port: int, next_request: NextRequest, seconds: float, between: Callable[[], None] | None = None
) -> Latency:
    """Ask one request after the other; `between` them something may be undone, off the clock."""
    client = Client(port)
    times: list[float] = []
    refused = asked = 0
    spent = 0.0
    while asked < WARM_UP + LEAST or spent < seconds:
        status, took = _timed(client, next_request())
        asked += 1
        if asked > WARM_UP:
            spent += took
            refused += not is_good(status)
            times += [took * 1000] if is_good(status) else []
        if between:
            between()
    client.close()
    return _summary(times, refused)


def _summary(times: Sequence[float], refused: int) -> Latency:
    if not times:
        return Latency(math.nan, math.nan, 0, refused)
    return Latency(median(times), percentile(times, 0.99), len(times), refused)


def _timed(client: Client, raw: bytes) -> tuple[int, float]:
    began = time.perf_counter()
    status, _ = client.ask(raw)
    return status, time.perf_counter() - began


def throughput(port: int, next_request: NextRequest, seconds: float) -> float:
    """Give good answers a second, over eight connections at once.

    Each request has a connection of its own on all servers alike: with kept connections all eight
    can land on one of two workers.
    """
    until = time.perf_counter() + seconds
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        jobs = [pool.submit(_ask_until, until, port, next_request) for _ in range(CONNECTIONS)]
        good = sum(job.result() for job in jobs)
    return good / (time.perf_counter() - began)


def _ask_until(until: float, port: int, next_request: NextRequest) -> int:
    client, good = Client(port), 0
    while time.perf_counter() < until:
        good += is_good(client.ask(closing(next_request()))[0])
    return good

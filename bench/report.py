"""Writes docs/performance.md: the ratios of one run, and what they were measured on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.measure import Latency

YES, NO = "yes", "**no**"
TAIL = 4
"""How many times the median p99 may be."""
PROJECT, FLOOR, PLAIN = "BookHub", "floor", "plain DRF"
HEAD = """\
# Performance

`make bench` wrote this page. Times on shared machines mean little, so what counts is the **ratio** of times in one run: BookHub, the
floor and plain DRF are asked the same, in turn, on the same data.

- **BookHub** as in production: `config/gunicorn.py`, the role `bookhub_web`, tokens, row level security, limits, logs.
- **The floor** ([bench/floor.py](../bench/floor.py)): a bare WSGI application, two gunicorn sync workers, one kept connection to PostgreSQL each, one prepared statement
  a question, orjson. No authentication, no policies, no limits.
- **Plain DRF** ([bench/plain_drf.py](../bench/plain_drf.py)): model view sets, nested model serializers, django-filter, simplejwt, `select_related` and
  `prefetch_related`, `icontains`; kept connections to PostgreSQL, no policies. It sorts and searches without the project's indexes on copies.

The budgets: a reading path takes at most 4 times the floor's median time, a write of one row 6 times; p99 is at most 4 times the median; at eight connections
there is a quarter of the floor's throughput.
"""
LATENCY_HEAD = """\
| path | floor, p50 | BookHub, p50 | p99 | plain DRF, p50 | BookHub / floor | plain DRF / floor | budget | met |
|---|---|---|---|---|---|---|---|---|
"""
NOTES = """\
Milliseconds, medians over the rounds; of the ratios the median, and in brackets the least and the greatest of a round. BookHub's connection is
kept, as a proxy keeps it; the others' ends after each answer, as sync workers have it. Client, connection and gunicorn are in all figures: an empty answer of
the floor takes {empty:.2f} ms. A status changes between two that emit no event; attached works are detached again off the clock.
"""
THROUGHPUT_HEAD = """\
| path | floor | BookHub | plain DRF | floor / BookHub | floor / plain DRF | budget | met |
|---|---|---|---|---|---|---|---|
"""


THROUGHPUT_NOTE = """\
Here every request has a connection of its own, on all three: kept ones can all land on one of two workers.
"""


@dataclass
class Path:
    """All rounds of one question: by server, a figure a round. `missing` holds a status."""

    name: str
    budget: float | None
    latencies: dict[str, list[Latency]] = field(default_factory=dict)
    throughputs: dict[str, list[float]] = field(default_factory=dict)
    missing: int | None = None


@dataclass(frozen=True)
class Run:
    """What is said about a run: its facts, its paths, and what an empty answer takes."""

    facts: Sequence[str]
    paths: Sequence[Path]
    overhead: Latency


def page(run: Run) -> str:
    """Give the whole page, as Markdown."""
    timed = "".join(_latency_row(path) for path in run.paths)
    busy = "".join(_throughput_row(path) for path in run.paths if path.throughputs)
    parts = [HEAD, *_measured_on(run), "## One connection\n", LATENCY_HEAD + timed, _notes(run)]
    parts += ["## Eight connections, answers a second\n", THROUGHPUT_HEAD + busy, THROUGHPUT_NOTE]
    return "\n".join(part for part in parts if part)


def _measured_on(run: Run) -> list[str]:
    return ["## Measured on\n", "".join(f"- {fact}\n" for fact in run.facts)]


def _notes(run: Run) -> str:
    refused = sum(one.refused for path in run.paths for one in _all(path))
    said = NOTES.format(empty=run.overhead.p50)
    if refused:
        said += f"\n{refused} answers were no success and are not in the figures.\n"
    return said


def _all(path: Path) -> list[Latency]:
    return [one for many in path.latencies.values() for one in many]


def _latency_row(path: Path) -> str:
    if path.missing:
        return _row(path.name, f"missing: {path.missing}", *[""] * 7)
    floor, ours, plain = (_p50s(path, name) for name in (FLOOR, PROJECT, PLAIN))
    p99 = median(one.p99 for one in path.latencies[PROJECT])
    ratios = _ratios(ours, floor)
    met = _met(median(ratios) <= path.budget) if path.budget else ""
    if met == YES and p99 > TAIL * median(ours):
        met = f"{NO}, p99"
    return _row(
        path.name,
        *(f"{figure:.2f}" for figure in (median(floor), median(ours), p99, median(plain))),
        _range(ratios),
        _range(_ratios(plain, floor)),
        f"{path.budget:g}" if path.budget else "",
        met,
    )


def _throughput_row(path: Path) -> str:
    floor, ours, plain = (path.throughputs[name] for name in (FLOOR, PROJECT, PLAIN))
    ratios = _ratios(floor, ours)
    return _row(
        path.name,
        *(f"{median(figures):,.0f}" for figures in (floor, ours, plain)),
        _range(ratios),
        _range(_ratios(floor, plain)),
        f"{path.budget:g}" if path.budget else "",
        _met(median(ratios) <= path.budget) if path.budget else "",
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _p50s(path: Path, name: str) -> list[float]:
    return [one.p50 for one in path.latencies[name]]


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Compare round by round; a round without an answer compares as infinitely slow."""
    pairs = zip(ours, theirs, strict=True)
    return [mine / other if mine > 0 and other > 0 else math.inf for mine, other in pairs]


def _range(ratios: Sequence[float]) -> str:
    return f"**{median(ratios):.1f}** ({min(ratios):.1f} to {max(ratios):.1f})"


def _met(is_met: bool) -> str:
    return YES if is_met else NO


def unmet(run: Run, say: Callable[[str], None]) -> None:
    """Name the paths that are missing or above their budget."""
    for path in run.paths:
        row = _latency_row(path)
        if path.missing or NO in row:
            say(row.strip())

"""Writes the part of docs/performance.md about bulk loading, and leaves the rest as it is."""

# ruff: noqa: E501  (a paragraph and a row of a table are one line)

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bench.dumps.memory import MEBIBYTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.dumps.loading import Load
    from bench.dumps.run import Round

PART = "bulk loading"
"""Its name among those of `bench.page`."""
FULL = 15_380_614 + 41_504_065 + 56_615_822 + 1_790_272
"""Lines of the real dumps of 2026-07-31."""
MOST_TIMES, MOST_MEMORY, MOST_WAIT, MOST_SPREAD = 1.6, 1024, 250, 0.15
YES, NO = "yes", "**no**"
HEAD = f"""\
## Bulk loading

`make bench-dumps` wrote this part. It makes dumps in Open Library's layout, with the dirt of the real ones and a known truth, and loads them in turn:

- **The floor** ([bench/dumps/floor.py](../bench/dumps/floor.py)): unpack and decode on one core (isal, orjson), pick the fields, COPY into bare tables, make the indexes
  that any such catalog needs, VACUUM ANALYZE; one after the other. No references followed, no ISBN checked, no text cleaned, no primary edition.
- **`import_openlibrary_dump`** into an empty, migrated database; the same files again; then the next month's, in which 2 % changed, while readers read.

After each load the counts of rows, sums over the ids in them and {{samples:,}} whole rows were compared with the truth; a load that differs is no measurement.

The budgets: a first load takes at most {MOST_TIMES} times the floor, a monthly one at most the time of the first, readers' p99 stays under {MOST_WAIT} ms meanwhile, all processes
together take less than 1 GiB.
"""
LOADS_HEAD = """\
| | seconds | lines a second | peak memory, MiB | budget | met |
|---|---|---|---|---|---|
"""
NOTES = """\
Medians over the rounds; of the ratio, least and greatest in brackets. Peak memory is that of all Python processes together at the worst moment, pages that they
share counted once; PostgreSQL's own is not in it. At the rate of the first load the full dumps ({full:,} lines) take **{hours}**.
"""
SIZES_HEAD = """\
### Sizes

| lines | seconds | microseconds a line | peak memory, MiB |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Run:
    """What is said about a run; `sizes` are loads of other sizes, with their lines."""

    facts: Sequence[str]
    lines: tuple[int, int]
    samples: int
    rounds: Sequence[Round]
    sizes: Sequence[tuple[int, Load]]


def section(run: Run) -> str:
    """Give the part."""
    facts = "".join(f"- {fact}\n" for fact in run.facts)
    first = median(each.first.seconds for each in run.rounds)
    parts = [
        HEAD.format(samples=run.samples),
        facts,
        _floor(run),
        LOADS_HEAD + _loads(run),
        NOTES.format(full=FULL, hours=_duration(first / run.lines[0] * FULL)),
        *_sizes(run),
    ]
    return "\n".join(parts)


def _floor(run: Run) -> str:
    """Give the floor's parts, and the ratio."""
    names = list(run.rounds[0].floor)
    parts = [median(each.floor[name] for each in run.rounds) for name in names]
    total = median(sum(each.floor.values()) for each in run.rounds)
    ratios = [each.ratio for each in run.rounds]
    head = _row("floor, seconds", *names, "total", "first load / floor", "budget", "met")
    met = YES if median(ratios) <= MOST_TIMES else NO
    return (
        head
        + _row(*["---"] * (len(names) + 5))
        + _row(
            "",
            *(f"{part:.1f}" for part in (*parts, total)),
            f"**{median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})",
            f"{MOST_TIMES}",
            met,
        )
    )


def _loads(run: Run) -> str:
    firsts, agains, updates = (
        [getattr(each, name) for each in run.rounds] for name in ("first", "again", "update")
    )
    most = median(load.seconds for load in firsts)
    quick = median(load.seconds for load in updates) <= most
    p50, p99 = (
        median(getattr(each.answers, name) for each in run.rounds) for name in ("p50", "p99")
    )
    refused = sum(each.answers.refused for each in run.rounds)
    waits = f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, {refused} refused"
    return (
        _load("first load", firsts, run.lines[0], "1 GiB", _light(firsts))
        + _load("the same again: no row is written", agains, run.lines[0], "", _light(agains))
        + _load("next month's", updates, run.lines[1], f"{most:.1f} s", quick and _light(updates))
        + _row(
            f"readers meanwhile: {waits}",
            *[""] * 3,
            f"p99 {MOST_WAIT} ms",
            YES if p99 < MOST_WAIT and not refused else NO,
        )
    )


def _load(name: str, loads: Sequence[Load], lines: int, budget: str, is_met: bool) -> str:
    seconds = median(load.seconds for load in loads)
    peak = max(load.peak.together for load in loads) / MEBIBYTE
    met = YES if is_met else NO
    return _row(name, f"{seconds:.1f}", f"{lines / seconds:,.0f}", f"{peak:,.0f}", budget, met)


def _light(loads: Sequence[Load]) -> bool:
    return all(load.peak.together < MOST_MEMORY * MEBIBYTE for load in loads)


def _sizes(run: Run) -> list[str]:
    if not run.sizes:
        return []
    rows = [
        _row(
            f"{lines:,}",
            f"{load.seconds:.1f}",
            f"{load.seconds / lines * 1e6:.1f}",
            f"{load.peak.together / MEBIBYTE:,.0f}",
        )
        for lines, load in run.sizes
    ]
    each = [load.seconds / lines for lines, load in run.sizes]
    met = YES if max(each) <= min(each) * (1 + MOST_SPREAD) else NO
    return [SIZES_HEAD + "".join(rows), f"Within {MOST_SPREAD:.0%} of each other: {met}.\n"]


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"

"""Writes the part of docs/performance.md about the back-office."""

# ruff: noqa: E501  (a paragraph and a row of a table are one line)

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.back_office.pages import Page

PART = "back-office"
"""Its name among those of `bench.page`."""
MOST_QUERIES, MOST_TIME = 20, 300.0
HEAD = f"""\
## The back-office and the front page

`make bench-back-office` wrote this part: each page as a moderator opens it, over 100,000 books (20,000 of them PENDING), 1,000,000 events and 300,000 entries in the trail,
asked of the project in one process, without a web server between. The budget: fewer than {MOST_QUERIES} queries and less than {MOST_TIME:.0f} ms.
"""
COLUMNS = """\
| page | status | queries | p50, ms | slowest, ms | met |
|---|---|---|---|---|---|
"""


def section(facts: Sequence[str], pages: Sequence[Page]) -> str:
    told = "".join(f"- {fact}\n" for fact in facts)
    return "\n".join([HEAD, told, COLUMNS + "".join(map(_row, pages))])


def is_met(page: Page) -> bool:
    return page.status == 200 and page.queries < MOST_QUERIES and page.p50 < MOST_TIME


def _row(page: Page) -> str:
    met = "yes" if is_met(page) else "**no**"
    return (
        f"| `{page.path}` | {page.status} | {page.queries} | {page.p50:.0f}"
        f" | {page.slowest:.0f} | {met} |\n"
    )

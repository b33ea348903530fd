"""What a moderator takes of what the sources say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.comparison.findings import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moderation.comparison.findings import Row

BLANKS = "blanks"


def chosen(rows: Iterable[Row], posted: Mapping[str, str]) -> dict[str, str]:
    """Name the source of each field that is taken.

    `quick` is BLANKS, which takes from sources that are sure alone, or a source, whose all is
    taken; without it each field has a choice of its own, and is kept where there is none.
    """
    quick = posted.get("quick", "")
    wanted = {row.field: _wanted(row, quick, posted) for row in rows}
    return {field: source for field, source in wanted.items() if source}


def values(rows: Iterable[Row], taken: Mapping[str, str]) -> dict[str, Any]:
    """Give the values that are taken, by column."""
    return {
        COLUMNS[row.field]: value
        for row in rows
        for finding, value in row.offers
        if taken.get(row.field) == finding.name
    }


def _wanted(row: Row, quick: str, posted: Mapping[str, str]) -> str:
    offering = [finding.name for finding, _ in row.offers]
    if quick == BLANKS:
        sure = [finding.name for finding, _ in row.offers if finding.is_sure]
        return sure[0] if row.is_blank and sure else ""
    source = quick or posted.get(f"take_{row.field}", "")
    return source if source in offering else ""

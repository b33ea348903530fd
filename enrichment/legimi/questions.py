"""What to ask Legimi about a work on a shelf: the names by which its reader knows the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from config import statements
from enrichment.legimi.matching import Sought
from enrichment.matching.folding import folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

MOST_TITLES = 3
MOST_AUTHORS = 5


class ShelfRow(NamedTuple):
    """A work on a reader's shelf."""

    reader: UUID
    work: UUID


# Rows of several readers at once, so the platform asks, and each condition says whose eyes see.
# Legimi lists Polish titles, so an edition in Polish comes before the work's own title.
_NAMES = f"""
    SELECT t.reader, t.work, w.title, chosen.title,
        ARRAY(SELECT e.title FROM editions e
            WHERE e.work_id = w.id AND e.language ~* '^(pl|pol)(-|$)'
            AND (e.owner_user_id IS NULL OR e.owner_user_id = t.reader)
            GROUP BY e.title ORDER BY count(*) DESC, e.title LIMIT {MOST_TITLES}),
        ARRAY(SELECT a.name FROM author_works aw JOIN authors a ON a.id = aw.author_id
            WHERE aw.work_id = w.id AND (a.owner_user_id IS NULL OR a.owner_user_id = t.reader)
            ORDER BY aw.position, a.id LIMIT {MOST_AUTHORS})
    FROM unnest(%(readers)s::uuid[], %(works)s::uuid[]) AS t (reader, work)
    JOIN user_works uw ON uw.user_id = t.reader AND uw.work_id = t.work
    JOIN works w ON w.id = t.work
    LEFT JOIN edition_choices c ON c.user_id = t.reader AND c.work_id = t.work
    LEFT JOIN editions chosen ON chosen.id = c.edition_id
"""  # noqa: S608  (constants of this module)


def questions(rows: Sequence[ShelfRow]) -> dict[ShelfRow, Sought]:
    """Say what to ask about each row; one that is not on its shelf any more is left out.

    The caller acts as the platform. Tried first is the title of the edition that the reader has
    chosen, then those of Polish editions, then the work's own.
    """
    found = statements.rows(
        _NAMES,
        {"readers": [row.reader for row in rows], "works": [row.work for row in rows]},
    )
    return {
        ShelfRow(reader, work): Sought(_titles(title, chosen, polish), tuple(authors))
        for reader, work, title, chosen, polish, authors in found
    }


def _titles(title: str, chosen: str | None, polish: list[str]) -> tuple[str, ...]:
    """Put the titles in order, each once; the work's own is never crowded out."""
    editions = [chosen, *polish] if chosen else polish
    names = {folded(each) or each: each for each in reversed([*editions[: MOST_TITLES - 1], title])}
    return tuple(names.values())[::-1]

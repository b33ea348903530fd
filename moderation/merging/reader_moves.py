"""What a merge moves of readers: items on shelves, ratings, follows; each is kept first as it was.

The caller has locked the readers' profiles. A row whose key may not change is deleted and made anew
with all that it had; deleted first, so that no reader's limit is reached on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.statements import rows
from moderation.merging.statements import OF_MERGE, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from catalog.models import Merge

RANK = "array_position(ARRAY['hidden', 'to_read', 'in_progress', 'read'], {}.status::text)"
"""Which of two statuses says more. Who has hidden one of two has hidden the duplicate."""
READERS = {
    "work": """
        SELECT user_id FROM user_works WHERE work_id = %(merged)s
        UNION SELECT user_id FROM ratings WHERE work_id = %(merged)s
        UNION SELECT user_id FROM edition_choices WHERE work_id = %(merged)s
    """,
    "author": "SELECT user_id FROM user_authors WHERE author_id = %(merged)s",
}
NEXT_READERS = {
    "work": """
        SELECT user_id FROM user_works WHERE work_id = %(merged)s
        UNION SELECT user_id FROM ratings WHERE work_id = %(merged)s
        ORDER BY 1 LIMIT %(most)s
    """,
    "author": READERS["author"] + " ORDER BY 1 LIMIT %(most)s",
}


def _kept(kind: str, table: str, column: str) -> str:
    """Give the statement that notes down readers' rows of a table, and those they had of both."""
    return f"""
    INSERT INTO merge_moves (merge_id, kind, user_id, before, kept_before)
    SELECT %(merge)s, '{kind}', b.user_id, to_jsonb(b), to_jsonb(k)
    FROM {table} b LEFT JOIN {table} k ON k.user_id = b.user_id AND k.{column} = %(kept)s
    WHERE b.{column} = %(merged)s AND b.user_id = ANY(%(readers)s::uuid[])
    ORDER BY b.user_id RETURNING id
    """  # noqa: S608  (constants of this module, here and below)


def _forgotten(kind: str, table: str, column: str) -> str:
    """Give the statement that forgets a reader's earlier row: they have put another one there."""
    return f"""
    DELETE FROM merge_moves m USING {table} b
    WHERE {OF_MERGE.format(kind=kind)} AND b.user_id = m.user_id AND b.{column} = %(merged)s
    RETURNING m.id
    """  # noqa: S608


KEEP_SHELF = _kept("shelf", "user_works", "work_id")
LEAVE_SHELF = f"""
    DELETE FROM user_works uw USING merge_moves m
    WHERE {OF_MERGE.format(kind="shelf")} AND m.after IS NULL AND uw.user_id = m.user_id
        AND uw.work_id IN (%(merged)s, %(kept)s)
    RETURNING uw.user_id
"""  # noqa: S608
# The item of the work that stays is kept, and takes over what the other one says more.
TAKE_SHELF = f"""
    INSERT INTO user_works (user_id, work_id, status, status_updated_at, available_in_legimi,
        legimi_checked_at, rating, created_at, updated_at)
    SELECT m.user_id, %(kept)s, winner.status, winner.status_updated_at,
        CASE WHEN k.available_in_legimi IS NULL THEN b.available_in_legimi
            ELSE k.available_in_legimi END,
        CASE WHEN k.available_in_legimi IS NULL THEN b.legimi_checked_at
            ELSE k.legimi_checked_at END,
        coalesce(k.rating, b.rating), least(k.created_at, b.created_at),
        greatest(k.updated_at, b.updated_at)
    FROM merge_moves m
    CROSS JOIN LATERAL jsonb_populate_record(NULL::user_works, m.before) b
    CROSS JOIN LATERAL jsonb_populate_record(NULL::user_works, m.kept_before) k
    CROSS JOIN LATERAL (
        SELECT said.status, said.status_updated_at FROM (
            SELECT k.status, k.status_updated_at, {RANK.format("k")} AS rank, 1 AS place
            UNION ALL
            SELECT b.status, b.status_updated_at, {RANK.format("b")}, 2
        ) said ORDER BY said.rank DESC NULLS LAST, said.place LIMIT 1
    ) winner
    WHERE {OF_MERGE.format(kind="shelf")} AND m.after IS NULL
    ORDER BY m.user_id RETURNING user_id
"""  # noqa: S608
NOTE_SHELF = f"""
    UPDATE merge_moves m SET after = to_jsonb(uw) FROM user_works uw
    WHERE {OF_MERGE.format(kind="shelf")} AND uw.user_id = m.user_id AND uw.work_id = %(kept)s
    RETURNING m.id
"""  # noqa: S608
KEEP_RATINGS = _kept("rating", "ratings", "work_id")
LEAVE_RATINGS = """
    DELETE FROM ratings WHERE work_id = %(merged)s AND user_id = ANY(%(readers)s::uuid[])
    RETURNING id
"""
TAKE_RATINGS = f"""
    INSERT INTO ratings (id, user_id, work_id, score, created_at, updated_at)
    SELECT b.id, b.user_id, %(kept)s, b.score, b.created_at, b.updated_at
    FROM merge_moves m CROSS JOIN LATERAL jsonb_populate_record(NULL::ratings, m.before) b
    WHERE {OF_MERGE.format(kind="rating")} AND m.kept_before IS NULL
    ORDER BY m.user_id ON CONFLICT DO NOTHING RETURNING id
"""  # noqa: S608
KEEP_FOLLOWS = _kept("follow", "user_authors", "author_id")
LEAVE_FOLLOWS = """
    DELETE FROM user_authors WHERE author_id = %(merged)s AND user_id = ANY(%(readers)s::uuid[])
    RETURNING user_id
"""
TAKE_FOLLOWS = f"""
    INSERT INTO user_authors (user_id, author_id, created_at)
    SELECT b.user_id, %(kept)s, b.created_at
    FROM merge_moves m CROSS JOIN LATERAL jsonb_populate_record(NULL::user_authors, m.before) b
    WHERE {OF_MERGE.format(kind="follow")} AND m.kept_before IS NULL
    ORDER BY m.user_id ON CONFLICT DO NOTHING RETURNING user_id
"""  # noqa: S608
OF_READERS = {
    "work": (
        *(_forgotten("shelf", "user_works", "work_id"), KEEP_SHELF),
        *(LEAVE_SHELF, TAKE_SHELF, NOTE_SHELF),
        *(_forgotten("rating", "ratings", "work_id"), KEEP_RATINGS),
        *(LEAVE_RATINGS, TAKE_RATINGS),
    ),
    "author": (
        *(_forgotten("follow", "user_authors", "author_id"), KEEP_FOLLOWS),
        *(LEAVE_FOLLOWS, TAKE_FOLLOWS),
    ),
}


def readers_of(kind: str, merged: UUID) -> list[UUID]:
    """Give all readers who have the row on their shelf, rate it, follow it, or chose in it."""
    return [reader for (reader,) in rows(READERS[kind], {"merged": merged})]


def next_readers(merge: Merge, most: int) -> list[UUID]:
    """Give the next readers whose rows are still to be moved."""
    asked = {"merged": merge.merged_id, "most": most}
    return [reader for (reader,) in rows(NEXT_READERS[merge.kind], asked)]


def move_readers(merge: Merge, readers: Sequence[UUID]) -> None:
    """Move the shelf items and ratings, or the follows, of readers whose profiles are locked."""
    run(OF_READERS[merge.kind], merge, readers)

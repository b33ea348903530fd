"""What an undo brings back of readers; what they did since stays.

What a reader has deleted since does not come back, and what they put there anew is another row,
which stays where they put it. Both are struck off the moves first, so that what follows is plain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.statements import one, rows
from moderation.merging.statements import OF_MERGE, lock_readers, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from catalog.models import Merge

GONE_SHELF = f"""
    DELETE FROM merge_moves m
    WHERE {OF_MERGE.format(kind="shelf")} AND NOT EXISTS (
        SELECT FROM user_works uw WHERE uw.user_id = m.user_id AND uw.work_id = %(kept)s
        AND uw.created_at = (m.after->>'created_at')::timestamptz)
    RETURNING m.id
"""  # noqa: S608
# Of two items one more is to come, which the reader may have no room for by now.
FULL_SHELF = f"""
    DELETE FROM merge_moves m USING profiles p
    WHERE {OF_MERGE.format(kind="shelf")} AND m.kept_before IS NOT NULL
        AND p.user_id = m.user_id AND p.work_count >= p.max_works
    RETURNING m.id
"""  # noqa: S608
# A row of one work takes its present state back; of two rows each has its own, unless the reader
# has said something since, which they said of the one that they see.
STATE_SHELF = f"""
    UPDATE merge_moves m SET
        before = CASE WHEN m.kept_before IS NULL
            THEN to_jsonb(uw) || jsonb_build_object('work_id', %(merged)s::uuid) ELSE m.before END,
        kept_before = CASE WHEN m.kept_before IS NULL THEN NULL
            WHEN (uw.status, uw.available_in_legimi, uw.rating, uw.updated_at)
                IS NOT DISTINCT FROM (a.status, a.available_in_legimi, a.rating, a.updated_at)
            THEN m.kept_before ELSE to_jsonb(uw) END
    FROM user_works uw, merge_moves s
    CROSS JOIN LATERAL jsonb_populate_record(NULL::user_works, s.after) a
    WHERE {OF_MERGE.format(kind="shelf")} AND s.id = m.id
        AND uw.user_id = m.user_id AND uw.work_id = %(kept)s
    RETURNING m.id
"""  # noqa: S608
LEAVE_SHELF = f"""
    DELETE FROM user_works uw USING merge_moves m
    WHERE {OF_MERGE.format(kind="shelf")} AND uw.user_id = m.user_id
        AND uw.work_id IN (%(kept)s, %(merged)s)
    RETURNING uw.user_id
"""  # noqa: S608
SHELF = f"""
    INSERT INTO user_works (user_id, work_id, status, status_updated_at, available_in_legimi,
        legimi_checked_at, rating, created_at, updated_at)
    SELECT b.user_id, b.work_id, b.status, b.status_updated_at, b.available_in_legimi,
        b.legimi_checked_at, b.rating, b.created_at, b.updated_at
    FROM merge_moves m CROSS JOIN LATERAL (VALUES (m.before), (m.kept_before)) AS each (row)
    CROSS JOIN LATERAL jsonb_populate_record(NULL::user_works, each.row) b
    WHERE {OF_MERGE.format(kind="shelf")} AND each.row IS NOT NULL
    ORDER BY b.user_id, b.work_id RETURNING user_id
"""  # noqa: S608
GONE_RATINGS = f"""
    DELETE FROM merge_moves m
    WHERE {OF_MERGE.format(kind="rating")} AND m.kept_before IS NULL AND NOT EXISTS (
        SELECT FROM ratings r WHERE r.id = (m.before->>'id')::uuid AND r.work_id = %(kept)s)
    RETURNING m.id
"""  # noqa: S608
STATE_RATINGS = f"""
    UPDATE merge_moves m SET before = to_jsonb(r) FROM ratings r
    WHERE {OF_MERGE.format(kind="rating")} AND m.kept_before IS NULL
        AND r.id = (m.before->>'id')::uuid
    RETURNING m.id
"""  # noqa: S608
LEAVE_RATINGS = f"""
    DELETE FROM ratings r USING merge_moves m
    WHERE {OF_MERGE.format(kind="rating")} AND m.kept_before IS NULL
        AND r.id = (m.before->>'id')::uuid
    RETURNING r.id
"""  # noqa: S608
RATINGS = f"""
    INSERT INTO ratings (id, user_id, work_id, score, created_at, updated_at)
    SELECT b.id, b.user_id, %(merged)s, b.score, b.created_at, b.updated_at
    FROM merge_moves m CROSS JOIN LATERAL jsonb_populate_record(NULL::ratings, m.before) b
    WHERE {OF_MERGE.format(kind="rating")}
    ORDER BY m.user_id ON CONFLICT DO NOTHING RETURNING id
"""  # noqa: S608
GONE_FOLLOWS = f"""
    DELETE FROM merge_moves m
    WHERE {OF_MERGE.format(kind="follow")} AND NOT EXISTS (
        SELECT FROM user_authors ua WHERE ua.user_id = m.user_id AND ua.author_id = %(kept)s
        AND ua.created_at = (coalesce(m.kept_before, m.before)->>'created_at')::timestamptz)
    RETURNING m.id
"""  # noqa: S608
FULL_FOLLOWS = f"""
    DELETE FROM merge_moves m USING profiles p
    WHERE {OF_MERGE.format(kind="follow")} AND m.kept_before IS NOT NULL
        AND p.user_id = m.user_id AND p.author_count >= p.max_authors
    RETURNING m.id
"""  # noqa: S608
# With the follow a trigger takes works off the shelf, as if the reader had unfollowed an author.
AT_RISK = f"""
    SELECT jsonb_agg(to_jsonb(uw)) FROM user_works uw
    JOIN author_works aw ON aw.work_id = uw.work_id AND aw.author_id = %(kept)s
    JOIN merge_moves m ON m.user_id = uw.user_id
    WHERE {OF_MERGE.format(kind="follow")} AND m.kept_before IS NULL
"""  # noqa: S608
LEAVE_FOLLOWS = f"""
    DELETE FROM user_authors ua USING merge_moves m
    WHERE {OF_MERGE.format(kind="follow")} AND m.kept_before IS NULL
        AND ua.user_id = m.user_id AND ua.author_id = %(kept)s
    RETURNING ua.user_id
"""  # noqa: S608
FOLLOWS = f"""
    INSERT INTO user_authors (user_id, author_id, created_at)
    SELECT b.user_id, %(merged)s, b.created_at
    FROM merge_moves m CROSS JOIN LATERAL jsonb_populate_record(NULL::user_authors, m.before) b
    WHERE {OF_MERGE.format(kind="follow")}
    ORDER BY m.user_id ON CONFLICT DO NOTHING RETURNING user_id
"""  # noqa: S608
SAVED = """
    INSERT INTO user_works (user_id, work_id, status, status_updated_at, available_in_legimi,
        legimi_checked_at, rating, created_at, updated_at)
    SELECT b.user_id, b.work_id, b.status, b.status_updated_at, b.available_in_legimi,
        b.legimi_checked_at, b.rating, b.created_at, b.updated_at
    FROM jsonb_populate_recordset(NULL::user_works, %(saved)s::jsonb) b
    ORDER BY b.user_id, b.work_id ON CONFLICT DO NOTHING RETURNING user_id
"""
FORGET = """
    DELETE FROM merge_moves WHERE merge_id = %(merge)s AND kind IN ('shelf', 'rating', 'follow')
        AND user_id = ANY(%(readers)s::uuid[]) RETURNING id
"""
NEXT_READERS = """
    SELECT DISTINCT user_id FROM merge_moves
    WHERE merge_id = %(merge)s AND kind IN ('shelf', 'rating', 'follow')
    ORDER BY user_id LIMIT %(most)s
"""


def next_readers(merge: Merge, most: int) -> list[UUID]:
    return [reader for (reader,) in rows(NEXT_READERS, {"merge": merge.pk, "most": most})]


def bring_readers(merge: Merge, readers: Sequence[UUID]) -> int:
    """Bring back readers' rows; give how many items stay for want of room."""
    lock_readers(readers)
    stayed = (
        _bring_follows(merge, readers) if merge.kind == "author" else _bring_shelf(merge, readers)
    )
    run((FORGET,), merge, readers)
    return stayed


def _bring_shelf(merge: Merge, readers: Sequence[UUID]) -> int:
    run((GONE_SHELF,), merge, readers)
    stayed = run((FULL_SHELF,), merge, readers)
    run((STATE_SHELF, LEAVE_SHELF, SHELF), merge, readers)
    run((GONE_RATINGS, STATE_RATINGS, LEAVE_RATINGS, RATINGS), merge, readers)
    return stayed


def _bring_follows(merge: Merge, readers: Sequence[UUID]) -> int:
    run((GONE_FOLLOWS,), merge, readers)
    stayed = run((FULL_FOLLOWS,), merge, readers)
    saved = one(AT_RISK, {"merge": merge.pk, "kept": merge.kept_id, "readers": [*readers]})
    run((LEAVE_FOLLOWS,), merge, readers)
    if saved and saved[0]:
        rows(SAVED, {"saved": saved[0]})
    run((FOLLOWS,), merge, readers)
    return stayed

"""What a merge moves, in SQL by whole sets of rows; each row is kept first as it was.

Every function acts as the platform, in the caller's transaction, which has locked the profiles of
the readers concerned. A row whose key may not change is deleted and made anew with all that it
had; deleted first, so that no reader's limit is reached on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.statements import rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from catalog.models import Merge

RANK = "array_position(ARRAY['hidden', 'to_read', 'in_progress', 'read'], {}.status::text)"
"""Which of two statuses says more. Who has hidden one of two has hidden the duplicate."""
OF_MERGE = "m.merge_id = %(merge)s AND m.kind = '{kind}' AND m.user_id = ANY(%(readers)s::uuid[])"

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

KEEP_CHOICES = """
    INSERT INTO merge_moves (merge_id, kind, user_id, before, kept_before)
    SELECT %(merge)s, 'choice', b.user_id, to_jsonb(b), to_jsonb(k)
    FROM edition_choices b
    LEFT JOIN edition_choices k ON k.user_id = b.user_id AND k.work_id = %(kept)s
    WHERE b.work_id = %(merged)s ORDER BY b.user_id RETURNING id
"""
KEEP_EDITIONS = """
    INSERT INTO merge_moves (merge_id, kind, before)
    SELECT %(merge)s, 'edition', jsonb_build_object('id', e.id) FROM editions e
    WHERE e.work_id = %(merged)s ORDER BY e.id RETURNING id
"""
# Readers' choices of them go by a trigger; they are kept, and made anew.
MOVE_EDITIONS = """
    UPDATE editions e SET work_id = %(kept)s FROM (
        SELECT s.id FROM editions s WHERE s.work_id = %(merged)s ORDER BY s.id FOR NO KEY UPDATE
    ) found WHERE e.id = found.id RETURNING e.id
"""
TAKE_CHOICES = """
    INSERT INTO edition_choices (user_id, work_id, edition_id, created_at)
    SELECT b.user_id, %(kept)s, b.edition_id, b.created_at
    FROM merge_moves m CROSS JOIN LATERAL jsonb_populate_record(NULL::edition_choices, m.before) b
    WHERE m.merge_id = %(merge)s AND m.kind = 'choice' AND m.kept_before IS NULL
    ORDER BY m.user_id RETURNING user_id
"""
TAKE_PRIMARY = """
    UPDATE works w SET listed = w.listed OR (m.row->>'listed')::boolean,
        primary_edition_id = CASE WHEN w.primary_edition_id IS NULL
            THEN (SELECT e.id FROM editions e WHERE e.work_id = w.id
                AND e.id = (m.row->>'primary_edition_id')::uuid)
            ELSE w.primary_edition_id END
    FROM merges m WHERE m.id = %(merge)s AND w.id = %(kept)s RETURNING w.id
"""
# A private author's link to a shared work moves like any other, stays private, and is its owner's.
KEEP_WORK_LINKS = """
    INSERT INTO merge_moves (merge_id, kind, user_id, before, kept_before)
    SELECT %(merge)s, 'link', b.owner_user_id, to_jsonb(b), to_jsonb(k)
    FROM author_works b LEFT JOIN author_works k
        ON k.author_id = b.author_id AND k.work_id = %(kept)s
    WHERE b.work_id = %(merged)s ORDER BY b.author_id RETURNING id
"""
KEEP_AUTHOR_LINKS = """
    INSERT INTO merge_moves (merge_id, kind, user_id, before, kept_before)
    SELECT %(merge)s, 'link', b.owner_user_id, to_jsonb(b), to_jsonb(k)
    FROM author_works b LEFT JOIN author_works k
        ON k.work_id = b.work_id AND k.author_id = %(kept)s
    WHERE b.author_id = %(merged)s ORDER BY b.work_id RETURNING id
"""
# Authors whom only the merged work has come behind the others.
TAKE_WORK_LINKS = """
    INSERT INTO author_works (author_id, work_id, position, created_at)
    SELECT b.author_id, %(kept)s, b.position + 1 + coalesce(
        (SELECT max(o.position) FROM author_works o WHERE o.work_id = %(kept)s), -1), b.created_at
    FROM merge_moves m CROSS JOIN LATERAL jsonb_populate_record(NULL::author_works, m.before) b
    WHERE m.merge_id = %(merge)s AND m.kind = 'link' AND m.kept_before IS NULL
    ORDER BY b.author_id ON CONFLICT DO NOTHING RETURNING author_id
"""
TAKE_AUTHOR_LINKS = """
    INSERT INTO author_works (author_id, work_id, position, created_at)
    SELECT %(kept)s, b.work_id, b.position, b.created_at
    FROM merge_moves m CROSS JOIN LATERAL jsonb_populate_record(NULL::author_works, m.before) b
    WHERE m.merge_id = %(merge)s AND m.kind = 'link' AND m.kept_before IS NULL
    ORDER BY b.work_id ON CONFLICT DO NOTHING RETURNING work_id
"""
LEAVE_LINKS = {
    "work": "DELETE FROM author_works WHERE work_id = %(merged)s RETURNING author_id",
    "author": "DELETE FROM author_works WHERE author_id = %(merged)s RETURNING work_id",
}
LINKS = {
    "work": (KEEP_WORK_LINKS, LEAVE_LINKS["work"], TAKE_WORK_LINKS),
    "author": (KEEP_AUTHOR_LINKS, LEAVE_LINKS["author"], TAKE_AUTHOR_LINKS),
}
EDITIONS = (KEEP_CHOICES, KEEP_EDITIONS, MOVE_EDITIONS, TAKE_CHOICES, TAKE_PRIMARY)

# Whatever led to the merged row's key leads to the staying row's, and so does the key itself.
KEEP_ALIASES = """
    INSERT INTO merge_moves (merge_id, kind, before)
    SELECT %(merge)s, 'alias', to_jsonb(a) FROM openlibrary_aliases a
    JOIN merges m ON m.id = %(merge)s
    WHERE m.merged_openlibrary_id IN (a.target, a.openlibrary_id)
    ORDER BY a.openlibrary_id RETURNING id
"""
TAKE_ALIASES = """
    INSERT INTO openlibrary_aliases (openlibrary_id, target)
    SELECT old.key, kept.key FROM merges m
    CROSS JOIN LATERAL (
        SELECT m.kept_before->>'openlibrary_id' AS key) kept
    CROSS JOIN LATERAL (
        SELECT m.merged_openlibrary_id AS key
        UNION SELECT a.openlibrary_id FROM openlibrary_aliases a
        WHERE a.target = m.merged_openlibrary_id
    ) old
    WHERE m.id = %(merge)s AND old.key IS NOT NULL AND kept.key IS NOT NULL AND old.key <> kept.key
    ORDER BY old.key
    ON CONFLICT (openlibrary_id) DO UPDATE SET target = excluded.target
    RETURNING openlibrary_id
"""
ALIASES = (KEEP_ALIASES, TAKE_ALIASES)

COUNTS = """
    SELECT kind, count(*) FROM merge_moves WHERE merge_id = %(merge)s GROUP BY kind ORDER BY kind
"""
LOCK = "SELECT public.lock_profiles(%(readers)s::uuid[])"


def lock_readers(readers: Sequence[UUID]) -> None:
    """Let readers' own changes wait; each of theirs begins with the same lock."""
    rows(LOCK, {"readers": [*readers]})


def readers_of(kind: str, merged: UUID) -> list[UUID]:
    """Give all readers who have the row on their shelf, rate it, follow it, or chose in it."""
    return [reader for (reader,) in rows(READERS[kind], {"merged": merged})]


def next_readers(merge: Merge, most: int) -> list[UUID]:
    """Give the next readers whose rows are still to be moved."""
    asked = {"merged": merge.merged_id, "most": most}
    return [reader for (reader,) in rows(NEXT_READERS[merge.kind], asked)]


def move_readers(merge: Merge, readers: Sequence[UUID]) -> None:
    """Move the shelf items and ratings, or the follows, of readers whose profiles are locked."""
    _run(OF_READERS[merge.kind], merge, readers)


def move_links(merge: Merge) -> None:
    """Move who wrote what; before follows, which would take works off shelves otherwise."""
    _run(LINKS[merge.kind], merge)


def move_editions(merge: Merge) -> None:
    _run(EDITIONS, merge)


def move_aliases(merge: Merge) -> None:
    _run(ALIASES, merge)


def counts(merge: Merge) -> dict[str, int]:
    return dict(rows(COUNTS, {"merge": merge.pk}))


def _run(statements: Sequence[str], merge: Merge, readers: Sequence[UUID] = ()) -> None:
    given = {
        "merge": merge.pk,
        "merged": merge.merged_id,
        "kept": merge.kept_id,
        "readers": [*readers],
    }
    for statement in statements:
        rows(
            statement, {name: value for name, value in given.items() if f"%({name})s" in statement}
        )

"""What an undo brings back, in SQL by whole sets of rows; what readers did since stays.

Every function acts as the platform, in the caller's transaction. What is not to come back is
struck off the list of moves first, so that what follows is plain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.statements import one, rows
from moderation.merging.moves import LOCK, OF_MERGE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from catalog.models import Merge

COLUMNS = {
    "author": "id, openlibrary_id, manual, owner_user_id, book_id, ol_fetched_at, ol_expires_at,"
    " ol_gone_at, created_at, updated_at, name, works_due",
    "work": "id, openlibrary_id, manual, owner_user_id, book_id, ol_fetched_at, ol_expires_at,"
    " ol_gone_at, created_at, updated_at, title, first_publish_year, listed",
}
TABLES = {"author": "authors", "work": "works"}
ROW = {
    kind: f"""
    INSERT INTO {table} ({COLUMNS[kind]})
    SELECT {COLUMNS[kind]} FROM jsonb_populate_record(NULL::{table},
        (SELECT row FROM merges WHERE id = %(merge)s)) RETURNING id
    """  # noqa: S608  (constants of this module, here and below)
    for kind, table in TABLES.items()
}

# A choice that its reader has changed since stays with the work that they see.
CHANGED_CHOICES = """
    DELETE FROM merge_moves m
    WHERE m.merge_id = %(merge)s AND m.kind = 'choice' AND m.kept_before IS NULL
        AND NOT EXISTS (SELECT FROM edition_choices c WHERE c.user_id = m.user_id
            AND c.work_id = %(kept)s AND c.edition_id = (m.before->>'edition_id')::uuid)
    RETURNING m.id
"""
EDITIONS = """
    UPDATE editions e SET work_id = %(merged)s FROM (
        SELECT s.id FROM editions s JOIN merge_moves m ON s.id = (m.before->>'id')::uuid
        WHERE m.merge_id = %(merge)s AND m.kind = 'edition' AND s.work_id = %(kept)s
        ORDER BY s.id FOR NO KEY UPDATE OF s
    ) found WHERE e.id = found.id RETURNING e.id
"""
CHOICES = """
    INSERT INTO edition_choices (user_id, work_id, edition_id, created_at)
    SELECT b.user_id, %(merged)s, b.edition_id, b.created_at
    FROM merge_moves m CROSS JOIN LATERAL jsonb_populate_record(NULL::edition_choices, m.before) b
    JOIN editions e ON e.id = b.edition_id AND e.work_id = %(merged)s
    WHERE m.merge_id = %(merge)s AND m.kind = 'choice'
    ORDER BY m.user_id ON CONFLICT DO NOTHING RETURNING user_id
"""
PRIMARY = """
    UPDATE works w SET primary_edition_id = e.id
    FROM merges m JOIN editions e ON e.id = (m.row->>'primary_edition_id')::uuid
    WHERE m.id = %(merge)s AND w.id = %(merged)s AND e.work_id = w.id RETURNING w.id
"""
# Whoever searches finds again what they found before, unless a book has come to it since.
LISTED = """
    UPDATE works w SET listed = (m.kept_before->>'listed')::boolean
    FROM merges m WHERE m.id = %(merge)s AND w.id = %(kept)s
        AND NOT (m.kept_before->>'listed')::boolean AND NOT EXISTS (
            SELECT FROM books b JOIN editions e ON e.id = b.edition_id
            WHERE e.work_id = w.id AND b.status = 'ACTIVE')
    RETURNING w.id
"""
UPDATED_AT = {
    kind: f"""
    UPDATE {table} SET updated_at = (m.row->>'updated_at')::timestamptz FROM merges m
    WHERE m.id = %(merge)s AND {table}.id = %(merged)s RETURNING {table}.id
    """  # noqa: S608
    for kind, table in TABLES.items()
}
LEAVE_LINKS = {
    "work": """
        DELETE FROM author_works aw USING merge_moves m
        WHERE m.merge_id = %(merge)s AND m.kind = 'link' AND m.kept_before IS NULL
            AND aw.work_id = %(kept)s AND aw.author_id = (m.before->>'author_id')::uuid
        RETURNING aw.author_id
    """,
    "author": """
        DELETE FROM author_works aw USING merge_moves m
        WHERE m.merge_id = %(merge)s AND m.kind = 'link' AND m.kept_before IS NULL
            AND aw.author_id = %(kept)s AND aw.work_id = (m.before->>'work_id')::uuid
        RETURNING aw.work_id
    """,
}
LINKS = """
    INSERT INTO author_works (author_id, work_id, position, created_at)
    SELECT b.author_id, b.work_id, b.position, b.created_at
    FROM merge_moves m CROSS JOIN LATERAL jsonb_populate_record(NULL::author_works, m.before) b
    JOIN authors a ON a.id = b.author_id JOIN works w ON w.id = b.work_id
    WHERE m.merge_id = %(merge)s AND m.kind = 'link'
    ORDER BY b.work_id, b.author_id ON CONFLICT DO NOTHING RETURNING work_id
"""
LEAVE_ALIASES = """
    DELETE FROM openlibrary_aliases a USING merges m
    WHERE m.id = %(merge)s AND a.openlibrary_id = m.merged_openlibrary_id RETURNING a.target
"""
ALIASES = """
    INSERT INTO openlibrary_aliases (openlibrary_id, target, created_at)
    SELECT b.openlibrary_id, b.target, b.created_at FROM merge_moves m
    CROSS JOIN LATERAL jsonb_populate_record(NULL::openlibrary_aliases, m.before) b
    WHERE m.merge_id = %(merge)s AND m.kind = 'alias' ORDER BY b.openlibrary_id
    ON CONFLICT (openlibrary_id) DO UPDATE SET target = excluded.target
    RETURNING openlibrary_id
"""
CATALOG = {
    "work": (
        *(ROW["work"], CHANGED_CHOICES, EDITIONS, LEAVE_LINKS["work"], LINKS, CHOICES),
        *(PRIMARY, LISTED, LEAVE_ALIASES, ALIASES),
    ),
    "author": (ROW["author"], LEAVE_LINKS["author"], LINKS, LEAVE_ALIASES, ALIASES),
}

# Readers' rows. What a reader has deleted since does not come back, and what they put there anew
# is another row, which stays where they put it.
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
CHOOSERS = """
    SELECT DISTINCT user_id FROM merge_moves
    WHERE merge_id = %(merge)s AND kind = 'choice' ORDER BY user_id
"""


def bring_catalog(merge: Merge) -> None:
    """Bring back the row with its editions, links, choices and aliases."""
    rows(LOCK, {"readers": [reader for (reader,) in rows(CHOOSERS, {"merge": merge.pk})]})
    _run(CATALOG[merge.kind], merge)


def date_row(merge: Merge) -> None:
    """Let the row be as old as it was."""
    _run((UPDATED_AT[merge.kind],), merge)


def next_readers(merge: Merge, most: int) -> list[UUID]:
    return [reader for (reader,) in rows(NEXT_READERS, {"merge": merge.pk, "most": most})]


def bring_readers(merge: Merge, readers: Sequence[UUID]) -> int:
    """Bring back readers' rows; give how many items stay for want of room."""
    rows(LOCK, {"readers": [*readers]})
    stayed = (
        _bring_follows(merge, readers) if merge.kind == "author" else _bring_shelf(merge, readers)
    )
    _run((FORGET,), merge, readers)
    return stayed


def _bring_shelf(merge: Merge, readers: Sequence[UUID]) -> int:
    _run((GONE_SHELF,), merge, readers)
    stayed = _run((FULL_SHELF,), merge, readers)
    _run((STATE_SHELF, LEAVE_SHELF, SHELF), merge, readers)
    _run((GONE_RATINGS, STATE_RATINGS, LEAVE_RATINGS, RATINGS), merge, readers)
    return stayed


def _bring_follows(merge: Merge, readers: Sequence[UUID]) -> int:
    _run((GONE_FOLLOWS,), merge, readers)
    stayed = _run((FULL_FOLLOWS,), merge, readers)
    saved = one(AT_RISK, {"merge": merge.pk, "kept": merge.kept_id, "readers": [*readers]})
    _run((LEAVE_FOLLOWS,), merge, readers)
    if saved and saved[0]:
        rows(SAVED, {"saved": saved[0]})
    _run((FOLLOWS,), merge, readers)
    return stayed


def _run(statements: Sequence[str], merge: Merge, readers: Sequence[UUID] = ()) -> int:
    """Run statements in turn; give how many rows the last one touched."""
    given = {
        "merge": merge.pk,
        "merged": merge.merged_id,
        "kept": merge.kept_id,
        "readers": [*readers],
    }
    touched = 0
    for statement in statements:
        names = {name: value for name, value in given.items() if f"%({name})s" in statement}
        touched = len(rows(statement, names))
    return touched

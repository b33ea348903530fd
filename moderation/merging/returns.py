"""What an undo brings back of the catalog.

What is not to come back is struck off the moves first, so that what follows is plain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.statements import rows
from moderation.merging.statements import lock_readers, run

if TYPE_CHECKING:
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
CHOOSERS = """
    SELECT DISTINCT user_id FROM merge_moves
    WHERE merge_id = %(merge)s AND kind = 'choice' ORDER BY user_id
"""


def bring_catalog(merge: Merge) -> None:
    """Bring back the row with its editions, links, choices and aliases."""
    lock_readers([reader for (reader,) in rows(CHOOSERS, {"merge": merge.pk})])
    run(CATALOG[merge.kind], merge)


def date_row(merge: Merge) -> None:
    """Let the row be as old as it was."""
    run((UPDATED_AT[merge.kind],), merge)

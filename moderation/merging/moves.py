"""What a merge moves of the catalog: editions with readers' choices of them, links, aliases.

Each row is kept first as it was. The caller has locked the profiles of the readers concerned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.statements import rows
from moderation.merging.statements import run

if TYPE_CHECKING:
    from catalog.models import Merge

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


def move_links(merge: Merge) -> None:
    """Move who wrote what; before follows, which would take works off shelves otherwise."""
    run(LINKS[merge.kind], merge)


def move_editions(merge: Merge) -> None:
    run(EDITIONS, merge)


def move_aliases(merge: Merge) -> None:
    run(ALIASES, merge)


def counts(merge: Merge) -> dict[str, int]:
    return dict(rows(COUNTS, {"merge": merge.pk}))

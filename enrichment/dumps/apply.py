"""What has changed, written into the catalog that readers use: one transaction, all or nothing.

The catalog's own triggers are awake, so shelves, words and sort keys follow. Rows are taken in the
order of their ids, as the imports of single records take them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure, UniqueViolation

from enrichment.dumps.changes import FETCHED_AT, IS_OLDER
from enrichment.dumps.schema import SCHEMA
from enrichment.dumps.steps import Step

if TYPE_CHECKING:
    import psycopg

    from enrichment.dumps.steps import Result

# Somebody brought one of the rows from Open Library while we were comparing, or locked us out.
COLLISIONS = (DeadlockDetected, LockNotAvailable, SerializationFailure, UniqueViolation)

TIMES = f"ol_fetched_at = {FETCHED_AT}, ol_expires_at = (SELECT expires_at FROM {SCHEMA}.load)"  # noqa: S608
NEW_TIMES = f"{FETCHED_AT}, (SELECT expires_at FROM {SCHEMA}.load)"  # noqa: S608
GONE = """
    UPDATE public.{table} o SET ol_gone_at = {fetched_at}{more} FROM {schema}.gone_{table} g
    WHERE g.id = o.id AND o.ol_gone_at IS NULL AND {is_older}
"""
# On shelves it stays; who searches finds what it was merged into, or what a publisher sells.
IS_SOLD = """EXISTS (
    SELECT FROM public.books b JOIN public.editions e ON e.id = b.edition_id
    WHERE e.work_id = o.id AND b.status = 'ACTIVE')"""
# A publisher or a reader may have brought an ISBN since it was chosen: who was first keeps it.
TAKEN_ISBNS = """
    UPDATE {schema}.{table} c SET isbn13 = NULL FROM public.editions o
    WHERE o.isbn13 = c.isbn13 AND o.id <> c.id AND o.owner_user_id IS NULL
"""


def _gone(table: str, more: str = "") -> str:
    names = {"schema": SCHEMA, "fetched_at": FETCHED_AT, "is_older": IS_OLDER}
    return GONE.format(**names, table=table, more=more)


# Each with the count that it adds to: what table, and what became of its rows.
STATEMENTS: tuple[tuple[str, str, str], ...] = (
    (
        "authors",
        "added",
        """
        INSERT INTO public.authors (id, openlibrary_id, name, ol_fetched_at, ol_expires_at)
        SELECT s.id, s.openlibrary_id, s.name, {new_times} FROM {schema}.staged_authors s
        JOIN {schema}.new_authors n ON n.id = s.id ORDER BY s.id
        ON CONFLICT DO NOTHING
        """,
    ),
    (
        "authors",
        "updated",
        """
        UPDATE public.authors o SET name = c.name, ol_gone_at = NULL, {times}
        FROM {schema}.changed_authors c WHERE c.id = o.id AND {is_older}
        """,
    ),
    ("authors", "gone", _gone("authors")),
    (
        "works",
        "added",
        """
        INSERT INTO public.works (id, openlibrary_id, title, first_publish_year, ol_fetched_at,
            ol_expires_at)
        SELECT s.id, s.openlibrary_id, s.title, s.first_publish_year, {new_times}
        FROM {schema}.staged_works s JOIN {schema}.new_works n ON n.id = s.id ORDER BY s.id
        ON CONFLICT DO NOTHING
        """,
    ),
    (
        "works",
        "updated",
        """
        UPDATE public.works o SET title = c.title, first_publish_year = c.year, ol_gone_at = NULL,
            listed = o.listed OR o.ol_gone_at IS NOT NULL, {times}
        FROM {schema}.changed_works c WHERE c.id = o.id AND {is_older}
        """,
    ),
    (
        "works",
        "gone",
        _gone("works", f", listed = o.listed AND {IS_SOLD}"),
    ),
    (
        "",
        "",
        """
        UPDATE public.editions o SET isbn13 = NULL
        FROM {schema}.leaving_isbns l WHERE l.id = o.id
        """,
    ),
    ("", "", TAKEN_ISBNS.format(schema=SCHEMA, table="changed_editions")),
    ("", "", TAKEN_ISBNS.format(schema=SCHEMA, table="new_editions")),
    # Their editions may come a moment later: the reference is checked in the end, and the trigger
    # that lists an edition's own ISBN finds it listed.
    (
        "ISBNs",
        "removed",
        """
        DELETE FROM public.edition_isbns o USING {schema}.dropped_isbns d
        WHERE d.isbn13 = o.isbn13 AND d.edition_id = o.edition_id
        """,
    ),
    (
        "ISBNs",
        "added",
        """
        INSERT INTO public.edition_isbns (isbn13, edition_id)
        SELECT isbn13, edition_id FROM {schema}.new_isbns ORDER BY edition_id, isbn13
        ON CONFLICT DO NOTHING
        """,
    ),
    (
        "editions",
        "updated",
        """
        UPDATE public.editions o SET title = c.title, publish_year = c.publish_year,
            publish_date = c.publish_date, publish_date_raw = c.publish_date_raw,
            cover_url = c.cover_url, language = c.language, ol_gone_at = NULL, {times}
        FROM {schema}.changed_editions c WHERE c.id = o.id
        """,
    ),
    # What follows each row is apart from what follows all rows at once.
    (
        "",
        "",
        """
        UPDATE public.editions o SET work_id = c.work_id FROM {schema}.changed_editions c
        WHERE c.id = o.id AND o.work_id <> c.work_id
        """,
    ),
    (
        "",
        "",
        """
        UPDATE public.editions o SET isbn13 = c.isbn13 FROM {schema}.changed_editions c
        WHERE c.id = o.id AND o.isbn13 IS DISTINCT FROM c.isbn13
        """,
    ),
    (
        "editions",
        "added",
        """
        INSERT INTO public.editions (id, openlibrary_id, work_id, title, publish_year, publish_date,
            publish_date_raw, isbn13, cover_url, language, ol_fetched_at, ol_expires_at)
        SELECT s.id, s.openlibrary_id, s.live_work_id, s.title, s.publish_year, s.publish_date,
            s.publish_date_raw, n.isbn13, s.cover_url, s.language, {new_times}
        FROM {schema}.wanted_editions s JOIN {schema}.new_editions n ON n.id = s.id ORDER BY s.id
        ON CONFLICT (id) DO NOTHING
        """,
    ),
    ("editions", "gone", _gone("editions")),
    (
        "links",
        "removed",
        """
        DELETE FROM public.author_works o USING {schema}.dropped_links d
        WHERE d.author_id = o.author_id AND d.work_id = o.work_id
        """,
    ),
    (
        "links",
        "updated",
        """
        UPDATE public.author_works o SET position = n.position
        FROM {schema}.new_links n
        WHERE n.is_there AND n.author_id = o.author_id AND n.work_id = o.work_id
        """,
    ),
    (
        "links",
        "added",
        """
        INSERT INTO public.author_works (author_id, work_id, position)
        SELECT author_id, work_id, position FROM {schema}.new_links WHERE NOT is_there
        ORDER BY work_id, author_id ON CONFLICT DO NOTHING
        """,
    ),
    (
        "primary editions",
        "updated",
        """
        UPDATE public.works o SET primary_edition_id = c.id FROM {schema}.new_choices c
        WHERE c.work_id = o.id AND o.primary_edition_id IS DISTINCT FROM c.id
            AND EXISTS (SELECT FROM public.editions e WHERE e.id = c.id AND e.work_id = o.id)
        """,
    ),
    (
        "aliases",
        "removed",
        """
        DELETE FROM public.openlibrary_aliases o USING {schema}.ended_aliases e
        WHERE e.openlibrary_id = o.openlibrary_id
        """,
    ),
    (
        "aliases",
        "updated",
        """
        UPDATE public.openlibrary_aliases o SET target = f.target FROM {schema}.led_further f
        WHERE f.openlibrary_id = o.openlibrary_id
        """,
    ),
    (
        "aliases",
        "added",
        """
        INSERT INTO public.openlibrary_aliases (openlibrary_id, target)
        SELECT openlibrary_id, target FROM {schema}.new_aliases ORDER BY openlibrary_id
        ON CONFLICT (openlibrary_id) DO UPDATE SET target = excluded.target
        """,
    ),
)


def step(needs: tuple[str, ...]) -> Step:
    return Step("apply", "writing what has changed", _apply, needs, retried=COLLISIONS)


def _apply(connection: psycopg.Connection) -> Result:
    counts: dict[str, dict[str, int]] = {}
    # The triggers' functions name what is in public.
    connection.execute(b"SET LOCAL search_path = public, pg_catalog")
    for table, change, statement in STATEMENTS:
        filled = statement.format(
            schema=SCHEMA,
            times=TIMES,
            new_times=NEW_TIMES,
            fetched_at=FETCHED_AT,
            is_older=IS_OLDER,
        )
        # Triggers keep the plans that they made for few rows; nested loops over thousands of them
        # take the square of their number.
        connection.execute(b"DISCARD PLANS")
        rows = connection.execute(filled.encode()).rowcount
        if table:
            changes = counts.setdefault(table, {})
            changes[change] = changes.get(change, 0) + rows
    return {"changes": counts}

"""What a newer dump changes in a catalog that has one already, worked out beside it.

A record that says something replaces what was there; what it does not say stays, so nothing is ever
blanked (external-services.md, section 2.3). A row that was fetched from Open Library after the dump
was made is newer, and left alone. Rows of readers and of submitted books have no Open Library id,
so they are never met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.dumps.derive import LETTERS, file_of, key_of
from enrichment.dumps.schema import SCHEMA
from enrichment.dumps.steps import Step

if TYPE_CHECKING:
    import psycopg

    from enrichment.dumps.steps import Result, Run

FETCHED_AT = f"(SELECT fetched_at FROM {SCHEMA}.load)"  # noqa: S608  (constants, here and below)
IS_OLDER = f"(o.ol_fetched_at IS NULL OR o.ol_fetched_at <= {FETCHED_AT})"

NEW = """
    SELECT s.id FROM {schema}.{staged} s LEFT JOIN public.{table} o ON o.id = s.id
    WHERE o.id IS NULL
"""
# A line that cannot be read says nothing, and a file that was cut off is silent on the rest.
GONE = """
    SELECT o.id FROM public.{table} o LEFT JOIN {schema}.staged_{table} s ON s.id = o.id
    WHERE o.openlibrary_id IS NOT NULL AND o.ol_gone_at IS NULL AND s.id IS NULL AND {is_older}
        AND NOT EXISTS (
            SELECT FROM {schema}.refused_lines r WHERE r.file = {file} AND r.key = {key})
        AND NOT EXISTS (
            SELECT FROM {schema}.steps WHERE name = 'read_{table}' AND result->>'note' <> '')
"""
# The editions as they are to be: with the work that upstream has now.
WANTED_EDITIONS = """
    SELECT e.*, coalesce(r.target_id, e.work_id) AS live_work_id, c.isbn13
    FROM {schema}.staged_editions e
    LEFT JOIN {schema}.aliases r ON r.id = e.work_id
    LEFT JOIN {schema}.chosen c ON c.edition_id = e.id
    WHERE NOT EXISTS (SELECT FROM {schema}.dangling d WHERE d.id = e.id)
"""
# Who has an ISBN keeps it, unless upstream says by now that it was another. An edition whose work
# is lost keeps all that it has.
LEAVING_ISBNS = """
    SELECT o.id, o.isbn13 FROM public.editions o
    JOIN {schema}.staged_editions e ON e.id = o.id
    WHERE o.isbn13 IS NOT NULL AND o.openlibrary_id IS NOT NULL AND {is_older}
        AND NOT EXISTS (SELECT FROM {schema}.staged_isbns i
            WHERE i.edition_id = o.id AND i.isbn13 = o.isbn13)
        AND EXISTS (SELECT FROM {schema}.staged_isbns i WHERE i.edition_id = o.id)
        AND NOT EXISTS (SELECT FROM {schema}.dangling d WHERE d.id = o.id)
"""
HELD_ISBNS = """
    SELECT o.isbn13, o.id FROM public.editions o
    LEFT JOIN {schema}.leaving_isbns l ON l.id = o.id
    WHERE o.isbn13 IS NOT NULL AND o.owner_user_id IS NULL AND l.id IS NULL
"""


def _gone(table: str) -> str:
    file, key = file_of(table), key_of("o.openlibrary_id")
    return GONE.format(schema=SCHEMA, table=table, is_older=IS_OLDER, file=file, key=key)


CHANGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "new_authors": (
        NEW.format(schema=SCHEMA, staged="staged_authors", table="authors"),
        ("once_authors",),
    ),
    "changed_authors": (
        """
        SELECT o.id, s.name FROM public.authors o JOIN {schema}.staged_authors s ON s.id = o.id
        WHERE {is_older} AND (o.name <> s.name OR o.ol_gone_at IS NOT NULL)
        """,
        ("once_authors",),
    ),
    "gone_authors": (_gone("authors"), ("once_authors",)),
    "new_works": (NEW.format(schema=SCHEMA, staged="staged_works", table="works"), ("once_works",)),
    "changed_works": (
        """
        SELECT o.id, s.title, coalesce(s.first_publish_year, o.first_publish_year) AS year
        FROM public.works o JOIN {schema}.staged_works s ON s.id = o.id
        WHERE {is_older} AND (o.title <> s.title OR o.ol_gone_at IS NOT NULL
            OR o.first_publish_year IS DISTINCT FROM
                coalesce(s.first_publish_year, o.first_publish_year))
        """,
        ("once_works",),
    ),
    "gone_works": (_gone("works"), ("once_works",)),
    "wanted_editions": (WANTED_EDITIONS, ("chosen",)),
    "leaving_isbns": (LEAVING_ISBNS, ("dangling",)),
    "held_isbns": (HELD_ISBNS, ("leaving_isbns",)),
    "new_editions": (
        """
        SELECT s.id, CASE WHEN h.id IS NULL THEN s.isbn13 END AS isbn13
        FROM {schema}.wanted_editions s
        LEFT JOIN public.editions o ON o.id = s.id
        LEFT JOIN {schema}.held_isbns h ON h.isbn13 = s.isbn13
        WHERE o.id IS NULL
        """,
        ("wanted_editions", "held_isbns"),
    ),
    "changed_editions": (
        """
        SELECT * FROM (
            SELECT o.id, o.work_id AS old_work_id, s.live_work_id AS work_id, s.title,
                CASE WHEN s.publish_date_raw IS NULL THEN o.publish_year
                    ELSE s.publish_year END AS publish_year,
                CASE WHEN s.publish_date_raw IS NULL THEN o.publish_date
                    ELSE s.publish_date END AS publish_date,
                coalesce(s.publish_date_raw, o.publish_date_raw) AS publish_date_raw,
                CASE WHEN o.isbn13 IS NOT NULL AND l.id IS NULL THEN o.isbn13
                    WHEN h.id IS NULL OR h.id = o.id THEN s.isbn13 END AS isbn13,
                coalesce(s.cover_url, o.cover_url) AS cover_url,
                coalesce(s.language, o.language) AS language,
                (o.work_id, o.title, o.publish_year, o.publish_date, o.publish_date_raw, o.isbn13,
                    o.cover_url, o.language)::text AS old_values,
                o.ol_gone_at
            FROM public.editions o JOIN {schema}.wanted_editions s ON s.id = o.id
            LEFT JOIN {schema}.leaving_isbns l ON l.id = o.id
            LEFT JOIN {schema}.held_isbns h ON h.isbn13 = s.isbn13
            WHERE {is_older}
        ) c
        WHERE ol_gone_at IS NOT NULL OR old_values <> (work_id, title, publish_year, publish_date,
            publish_date_raw, isbn13, cover_url, language)::text
        """,
        ("wanted_editions", "held_isbns"),
    ),
    "gone_editions": (_gone("editions"), ("once_editions",)),
    "new_isbns": (
        """
        SELECT DISTINCT i.isbn13, i.edition_id FROM {schema}.staged_isbns i
        LEFT JOIN public.edition_isbns o ON o.isbn13 = i.isbn13 AND o.edition_id = i.edition_id
        LEFT JOIN {schema}.newer_editions n ON n.id = i.edition_id
        LEFT JOIN {schema}.dangling d ON d.id = i.edition_id
        WHERE o.isbn13 IS NULL AND n.id IS NULL AND d.id IS NULL
        """,
        ("dangling", "newer_editions"),
    ),
    "dropped_isbns": (
        """
        SELECT o.isbn13, o.edition_id FROM public.edition_isbns o
        JOIN (SELECT DISTINCT edition_id FROM {schema}.staged_isbns) s
            ON s.edition_id = o.edition_id
        LEFT JOIN {schema}.staged_isbns i
            ON i.isbn13 = o.isbn13 AND i.edition_id = o.edition_id
        LEFT JOIN {schema}.newer_editions n ON n.id = o.edition_id
        LEFT JOIN {schema}.dangling d ON d.id = o.edition_id
        WHERE i.isbn13 IS NULL AND n.id IS NULL AND d.id IS NULL
        """,
        ("dangling", "newer_editions"),
    ),
    "newer_editions": (
        "SELECT o.id FROM public.editions o WHERE o.openlibrary_id IS NOT NULL AND NOT {is_older}",
        (),
    ),
    "newer_works": (
        "SELECT o.id FROM public.works o WHERE o.openlibrary_id IS NOT NULL AND NOT {is_older}",
        (),
    ),
    "new_links": (
        """
        SELECT l.author_id, l.work_id, l.position, o.author_id IS NOT NULL AS is_there
        FROM {schema}.links l
        LEFT JOIN public.author_works o ON o.author_id = l.author_id AND o.work_id = l.work_id
        LEFT JOIN {schema}.newer_works n ON n.id = l.work_id
        WHERE n.id IS NULL AND o.position IS DISTINCT FROM l.position
        """,
        ("links", "newer_works"),
    ),
    "dropped_links": (
        """
        SELECT o.author_id, o.work_id FROM public.author_works o
        JOIN (SELECT DISTINCT work_id FROM {schema}.links) s ON s.work_id = o.work_id
        JOIN public.authors a ON a.id = o.author_id AND a.openlibrary_id IS NOT NULL
        LEFT JOIN {schema}.links l ON l.author_id = o.author_id AND l.work_id = o.work_id
        LEFT JOIN {schema}.newer_works n ON n.id = o.work_id
        WHERE o.owner_user_id IS NULL AND l.work_id IS NULL AND n.id IS NULL
        """,
        ("links", "newer_works"),
    ),
    "new_choices": (
        """
        SELECT p.work_id, p.id FROM {schema}.primaries p
        LEFT JOIN public.works o ON o.id = p.work_id
        WHERE ({is_older} OR o.primary_edition_id IS NULL)
            AND o.primary_edition_id IS DISTINCT FROM p.id
        """,
        ("primaries",),
    ),
    "new_aliases": (
        """
        SELECT s.openlibrary_id, s.target FROM {schema}.aliases s
        LEFT JOIN public.openlibrary_aliases o ON o.openlibrary_id = s.openlibrary_id
        WHERE o.target IS DISTINCT FROM s.target
        """,
        ("aliases", "book_aliases"),
    ),
    "led_further": (
        """
        SELECT o.openlibrary_id, s.target FROM public.openlibrary_aliases o
        JOIN {schema}.aliases s ON s.openlibrary_id = o.target
        LEFT JOIN {schema}.aliases own ON own.openlibrary_id = o.openlibrary_id
        WHERE own.openlibrary_id IS NULL
        """,
        ("aliases", "book_aliases"),
    ),
    "ended_aliases": (
        " UNION ALL ".join(
            f"SELECT o.openlibrary_id FROM public.openlibrary_aliases o"  # noqa: S608
            f" JOIN {SCHEMA}.staged_{table} s ON s.openlibrary_id = o.openlibrary_id"
            for table in LETTERS
        ),
        ("aliases", "book_aliases"),
    ),
}


def steps() -> list[Step]:
    """Give the steps that find what is new, what has changed and what is gone."""
    return [
        Step(name, "comparing with the catalog", _into(name, query), needs)
        for name, (query, needs) in CHANGES.items()
    ]


def _into(table: str, query: str) -> Run:
    statement = query.format(schema=SCHEMA, is_older=IS_OLDER)

    def run(connection: psycopg.Connection) -> Result:
        made = f"CREATE UNLOGGED TABLE {SCHEMA}.{table} AS {statement}"
        rows = connection.execute(made.encode()).rowcount
        connection.execute(f"ANALYZE {SCHEMA}.{table}".encode())
        return {"rows": rows}

    return run

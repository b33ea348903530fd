"""Compares a loaded catalog with the truth of its dumps; what is loaded wrongly is not measured."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

LIVE = "openlibrary_id IS NOT NULL AND ol_gone_at IS NULL"
NUMBER = "substr({0}, 3, length({0}) - 3)::numeric"
A, W, E = (NUMBER.format(f"{row}.openlibrary_id") for row in "awe")
LINKS = (
    "author_works l JOIN authors a ON a.id = l.author_id JOIN works w ON w.id = l.work_id"
    " WHERE a.ol_gone_at IS NULL AND w.ol_gone_at IS NULL"
)
EDITIONS = "editions e JOIN works w ON w.id = e.work_id WHERE e.ol_gone_at IS NULL"
ISBNS = "edition_isbns i JOIN editions e ON e.id = i.edition_id WHERE e.ol_gone_at IS NULL"
PRIMARY = (
    "works w JOIN editions e ON e.id = w.primary_edition_id"
    " WHERE w.ol_gone_at IS NULL AND e.ol_gone_at IS NULL"
)
# An old id may still lead to what has gone meanwhile.
ALIASES = "openlibrary_aliases a WHERE " + " AND ".join(
    f"NOT EXISTS (SELECT FROM {table} t WHERE t.openlibrary_id = a.target AND t.ol_gone_at < now())"
    for table in ("authors", "works", "editions")
)
ROWS = {
    "authors": f"SELECT count(*) FROM authors WHERE {LIVE}",
    "works": f"SELECT count(*) FROM works WHERE {LIVE}",
    "editions": f"SELECT count(*) FROM editions WHERE {LIVE}",
    "author_works": f"SELECT count(*) FROM {LINKS}",
    "edition_isbns": f"SELECT count(*) FROM {ISBNS}",
    "openlibrary_aliases": f"SELECT count(*) FROM {ALIASES}",
    "editions with isbn13": f"SELECT count(isbn13) FROM editions WHERE {LIVE}",
    "works with a primary edition": f"SELECT count(*) FROM {PRIMARY}",
}
SUMS = {
    "author_works": f"SELECT sum({A} * {W}) FROM {LINKS}",
    "editions": f"SELECT sum({E} * {W}) FROM {EDITIONS}",
    "edition_isbns": f"SELECT sum({E} * (i.isbn13::bigint %% 1000003)) FROM {ISBNS}",
    "openlibrary_aliases": f"SELECT sum({A} * {NUMBER.format('a.target')}) FROM {ALIASES}",
    "primary editions": f"SELECT sum({E} * {W}) FROM {PRIMARY}",
}
# Who had an ISBN first keeps it, though another edition has it by now, too.
FIRST_MONTH_ALONE = {"editions with isbn13"}
SAMPLES = {
    "authors": "SELECT json_build_object('name', name) FROM authors WHERE openlibrary_id = %s",
    "works": """
        SELECT json_build_object('title', title, 'first_publish_year', first_publish_year,
            'authors', (
                SELECT coalesce(json_agg(a.openlibrary_id ORDER BY l.position), '[]')
                FROM author_works l JOIN authors a ON a.id = l.author_id
                WHERE l.work_id = w.id AND a.ol_gone_at IS NULL))
        FROM works w WHERE openlibrary_id = %s
    """,
    "editions": """
        SELECT json_build_object('work', w.openlibrary_id, 'title', e.title,
            'publish_year', e.publish_year, 'publish_date', e.publish_date,
            'publish_date_raw', e.publish_date_raw, 'cover_url', e.cover_url,
            'language', e.language, 'isbns', (
                SELECT coalesce(json_agg(i.isbn13 ORDER BY i.isbn13), '[]')
                FROM edition_isbns i WHERE i.edition_id = e.id))
        FROM editions e JOIN works w ON w.id = e.work_id WHERE e.openlibrary_id = %s
    """,
}
TABLES = ("authors", "works", "editions", "author_works", "edition_isbns", "openlibrary_aliases")


def differences(
    connection: psycopg.Connection, refused: Counter[str], truth: dict[str, Any]
) -> list[str]:
    """Say what is not as the truth has it; nothing when all is right."""
    found = [*_totals(connection, truth), *_samples(connection, truth)]
    expected = sum((Counter(reasons) for reasons in truth["refused"].values()), Counter[str]())
    if refused != expected:
        found.append(f"refused: {dict(refused)} instead of {dict(expected)}")
    return found


def _totals(connection: psycopg.Connection, truth: dict[str, Any]) -> Iterator[str]:
    for kind, statements in (("rows", ROWS), ("sums", SUMS)):
        for name, statement in statements.items():
            if truth["month"] > 1 and name in FIRST_MONTH_ALONE:
                continue
            found = _one(connection, statement)
            if str(found) != str(truth[kind][name]):
                yield f"{kind}, {name}: {found} instead of {truth[kind][name]}"


def _samples(connection: psycopg.Connection, truth: dict[str, Any]) -> Iterator[str]:
    for table, samples in truth["samples"].items():
        for key, expected in samples.items():
            found = _one(connection, SAMPLES[table], [key])
            if found != expected:
                yield f"{key}: {found} instead of {expected}"


def rows_as_they_are(connection: psycopg.Connection) -> dict[str, Any]:
    """Give what changes with any row that is written, even with the same values."""
    return {
        table: _one(
            connection, f"SELECT sum(hashtextextended(ctid::text || xmin::text, 0)) FROM {table}"
        )
        for table in TABLES
    }


def _one(connection: psycopg.Connection, statement: str, values: list[str] | None = None) -> Any:
    row = connection.execute(statement.encode(), values or []).fetchone()
    return row[0] if row else None

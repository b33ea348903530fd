"""A first load: new tables beside the catalog's, made whole, then put into their place at once.

Readers see the catalog as it was until one short transaction has exchanged the tables; no index
is kept up row by row, and nothing is written twice. What stood in the catalog before (rows of
readers, of submitted books) moves over within that transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.errors import LockNotAvailable

from enrichment.dumps import structure
from enrichment.dumps.schema import SCHEMA
from enrichment.dumps.steps import Step

if TYPE_CHECKING:
    import psycopg

    from enrichment.dumps.steps import Result, Run

CHECKING = "checking references"
TABLES = ("authors", "works", "editions", "edition_isbns", "author_works", "openlibrary_aliases")

FETCHED = "(SELECT fetched_at FROM {schema}.load), (SELECT expires_at FROM {schema}.load)"
FILL = {
    "authors": """
        INSERT INTO {schema}.authors (id, openlibrary_id, name, ol_fetched_at, ol_expires_at)
        SELECT id, openlibrary_id, name, {fetched} FROM {schema}.staged_authors
    """,
    "works": """
        INSERT INTO {schema}.works (id, openlibrary_id, title, first_publish_year, publish_year,
            primary_edition_id, search_vector, ol_fetched_at, ol_expires_at)
        SELECT w.id, w.openlibrary_id, w.title, w.first_publish_year,
            coalesce(w.first_publish_year, p.publish_year), p.id, w.search_vector, {fetched}
        FROM {schema}.worded_works w LEFT JOIN {schema}.primaries p ON p.work_id = w.id
    """,
    "editions": """
        INSERT INTO {schema}.editions (id, openlibrary_id, work_id, title, publish_year,
            publish_date, publish_date_raw, isbn13, cover_url, language, ol_fetched_at,
            ol_expires_at)
        SELECT e.id, e.openlibrary_id, coalesce(o.target_id, e.work_id), e.title, e.publish_year,
            e.publish_date, e.publish_date_raw, c.isbn13, e.cover_url, e.language, {fetched}
        FROM {schema}.staged_editions e
        LEFT JOIN {schema}.aliases o ON o.id = e.work_id
        LEFT JOIN {schema}.chosen c ON c.edition_id = e.id
        WHERE NOT EXISTS (SELECT FROM {schema}.dangling d WHERE d.id = e.id)
    """,
    "edition_isbns": """
        INSERT INTO {schema}.edition_isbns (isbn13, edition_id)
        SELECT i.isbn13, i.edition_id FROM {schema}.staged_isbns i
        LEFT JOIN {schema}.dangling d ON d.id = i.edition_id WHERE d.id IS NULL
    """,
    "author_works": """
        INSERT INTO {schema}.author_works (author_id, work_id, position, title_key, publish_year)
        SELECT l.author_id, l.work_id, l.position, w.title_key, w.publish_year
        FROM {schema}.links l JOIN {schema}.works w ON w.id = l.work_id
    """,
    "openlibrary_aliases": """
        INSERT INTO {schema}.openlibrary_aliases (openlibrary_id, target)
        SELECT openlibrary_id, target FROM {schema}.aliases
    """,
}
# The words of a title and its authors are the dearest part of all, so they are worked out while
# editions are still being read.
WORDED = f"""
    CREATE UNLOGGED TABLE {SCHEMA}.worded_works AS
    SELECT w.*, public.work_vector(w.title, n.names) AS search_vector
    FROM {SCHEMA}.staged_works w LEFT JOIN (
        SELECT work_id, string_agg(name, ' ' ORDER BY position, author_id) AS names
        FROM {SCHEMA}.links GROUP BY work_id
    ) n ON n.work_id = w.id
"""  # noqa: S608  (a constant)
NEEDS = {
    "authors": ("once_authors",),
    "works": ("worded_works", "primaries"),
    "editions": ("chosen",),
    "edition_isbns": ("dangling",),
    "author_works": ("fill_works",),
    "openlibrary_aliases": ("aliases", "book_aliases"),
}


def steps(connection: psycopg.Connection) -> list[Step]:
    """Give the steps from what was derived to new tables that are ready to be exchanged."""
    words = Step("worded_works", "working out the words", _statements(WORDED), ("links",))
    fills = [words, *(_fill(table) for table in FILL)]
    indexes = [step for table in TABLES for step in _indexes(connection, table)]
    vacuums = [
        Step(
            f"vacuum_{table}",
            "gathering statistics",
            _vacuum(table),
            _of(indexes, table),
            is_atomic=False,
        )
        for table in TABLES
    ]
    keys = _foreign_keys(connection, tuple(step.name for step in vacuums))
    # References are checked by joins, which are planned by the statistics.
    return [*fills, *indexes, *vacuums, *keys]


def _of(indexes: list[Step], table: str) -> tuple[str, ...]:
    return tuple(step.name for step in indexes if step.name.startswith(f"index_{table}."))


def _fill(table: str) -> Step:
    statement = FILL[table].format(schema=SCHEMA, fetched=FETCHED.format(schema=SCHEMA))

    def run(connection: psycopg.Connection) -> Result:
        # Made in the same transaction, a table is written without the write-ahead log where
        # nothing replicates (wal_level=minimal).
        structure.clone(connection, table)
        return {"rows": connection.execute(statement.encode()).rowcount}

    return Step(f"fill_{table}", f"filling {table}", run, NEEDS[table])


def _indexes(connection: psycopg.Connection, table: str) -> list[Step]:
    found = structure.indexes(connection, table)
    return [
        Step(
            f"index_{table}.{index.name}",
            "making indexes",
            _statements(index.create, index.adopt),
            (f"fill_{table}",),
        )
        for index in found
    ]


def _foreign_keys(connection: psycopg.Connection, needs: tuple[str, ...]) -> list[Step]:
    """Give the steps for the new tables' own keys; those of other tables come with the exchange.

    A key that is added before it is checked holds up nobody's writing to what it points at.
    """
    mine = {structure.named(structure.PUBLIC, table) for table in TABLES}
    keys = [key for key in structure.foreign_keys(connection, TABLES) if key.table in mine]
    added = _statements(*(structure.add_foreign_key(key, TABLES) + " NOT VALID" for key in keys))
    checks = {
        table: _statements(*(structure.check(key, TABLES) for key in keys if key.table == table))
        for table in sorted(mine)
    }
    return [
        Step("keys", CHECKING, _briefly(added), needs, retried=(LockNotAvailable,)),
        *(Step(f"keys_of_{table}", CHECKING, check, ("keys",)) for table, check in checks.items()),
    ]


def _statements(*statements: str | None) -> Run:
    def run(connection: psycopg.Connection) -> None:
        for statement in statements:
            if statement:
                connection.execute(statement.encode())

    return run


def _briefly(run: Run) -> Run:
    """Wait for locks no longer than a second at a time: who writes waits behind whoever waits."""

    def run_briefly(connection: psycopg.Connection) -> Result | None:
        connection.execute(b"SET LOCAL lock_timeout = '1s'")
        return run(connection)

    return run_briefly


def _vacuum(table: str) -> Run:
    def run(connection: psycopg.Connection) -> None:
        connection.execute(f"VACUUM (ANALYZE) {SCHEMA}.{table}".encode())

    return run

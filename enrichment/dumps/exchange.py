"""The moment in which the new tables take the place of the catalog's: one short transaction.

Nobody reads or writes the catalog meanwhile; everybody finds the old state before and the new one
after. It waits for its locks briefly, and tries again: who waits behind a waiting exclusive lock
waits with it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from psycopg.errors import DeadlockDetected, LockNotAvailable

from enrichment.dumps import structure
from enrichment.dumps.first_load import TABLES
from enrichment.dumps.schema import SCHEMA
from enrichment.dumps.steps import Step

if TYPE_CHECKING:
    import psycopg

    from enrichment.dumps.steps import Result

# Less than `deadlock_timeout`, after which PostgreSQL would end the request of a reader who waits
# for us while we wait for them.
LOCK_SECONDS = 0.8

# The rows of the catalog that no dump has: readers' own, submitted books', and what was brought
# from Open Library one by one and is in no dump yet. Their links go along.
KEPT = "NOT EXISTS (SELECT FROM {schema}.{table} n WHERE n.id = o.id)"
CARRIED = {
    "authors": KEPT,
    "works": KEPT,
    "editions": KEPT,
    "edition_isbns": "NOT EXISTS (SELECT FROM {schema}.edition_isbns n WHERE n.isbn13 = o.isbn13"
    " AND n.edition_id = o.edition_id)",
    "author_works": "NOT EXISTS (SELECT FROM {schema}.author_works n"
    " WHERE n.author_id = o.author_id AND n.work_id = o.work_id)",
    "openlibrary_aliases": "NOT EXISTS (SELECT FROM {schema}.openlibrary_aliases n"
    " WHERE n.openlibrary_id = o.openlibrary_id)",
}
# Who was first keeps the one place that an ISBN has; the dump's edition is still found by it.
YIELDED_ISBNS = f"""
    UPDATE {SCHEMA}.editions n SET isbn13 = NULL FROM public.editions o
    WHERE o.isbn13 = n.isbn13 AND o.owner_user_id IS NULL AND o.id <> n.id
"""  # noqa: S608


def step(needs: tuple[str, ...]) -> Step:
    phase = "putting the new tables into place"
    return Step("exchange", phase, _exchange, needs, retried=(LockNotAvailable, DeadlockDetected))


def _exchange(connection: psycopg.Connection) -> Result:
    _lock(connection, structure.neighbours(connection, TABLES))
    carried = _carry(connection)
    _put_in_place(connection)
    return {"carried": carried}


def _lock(connection: psycopg.Connection, tables: list[str]) -> None:
    """Take every lock that is needed, so that nothing waits once something is changed."""
    until = time.monotonic() + LOCK_SECONDS
    for table in tables:
        left = max(until - time.monotonic(), 0.001)
        connection.execute(f"SET LOCAL lock_timeout = '{left:.3f}s'".encode())
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())


def _carry(connection: psycopg.Connection) -> dict[str, int]:
    """Copy the rows that the dump does not have into the new tables; their triggers sleep yet."""
    connection.execute(YIELDED_ISBNS.encode())
    return {table: _carry_table(connection, table) for table in TABLES}


def _carry_table(connection: psycopg.Connection, table: str) -> int:
    columns = structure.columns(connection, table)
    condition = CARRIED[table].format(schema=SCHEMA, table=table)
    return connection.execute(
        f"INSERT INTO {SCHEMA}.{table} ({columns})"  # noqa: S608
        f" SELECT {columns} FROM public.{table} o WHERE {condition}".encode()
    ).rowcount


def _put_in_place(connection: psycopg.Connection) -> None:
    """Take off what hangs on the old tables, exchange them, and hang it on the new ones."""
    public = [structure.named(structure.PUBLIC, table) for table in TABLES]
    keys = structure.foreign_keys(connection, TABLES)
    of_others = [key for key in keys if key.table not in public]
    policies = structure.policies(connection, TABLES)
    rights = structure.rights(connection, TABLES)
    awake = [
        statement
        for table in TABLES
        for statement in (
            *structure.triggers(connection, table),
            *structure.switches(connection, table),
        )
    ]
    drops = [
        *(drop for drop, _ in policies),
        *(f"ALTER TABLE {key.table} DROP CONSTRAINT {key.name}" for key in keys),
        *(f"DROP TABLE {table}" for table in public),
    ]
    moves = [f"ALTER TABLE {SCHEMA}.{table} SET SCHEMA {structure.PUBLIC}" for table in TABLES]
    # A definition names its target as it is called before and after, so it needs no change.
    back = [
        f"ALTER TABLE {key.table} ADD CONSTRAINT {key.name} {key.definition}" for key in of_others
    ]
    made = [make for _, make in policies]
    # What was written just now is checked before triggers and keys change under it.
    connection.execute(b"SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (*awake, *drops, *moves, *made, *rights, *back):
        connection.execute(statement.encode())

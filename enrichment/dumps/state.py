"""What a load knows of itself between two runs: which files it reads, and which steps are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from enrichment.dumps.schema import SCHEMA, STAGING
from enrichment.importing.catalog_writes import FRESH_FOR

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

STATE = f"""
    CREATE TABLE {SCHEMA}.load (
        files jsonb NOT NULL, way text NOT NULL, fetched_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL, began_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE {SCHEMA}.steps (
        name text PRIMARY KEY, seconds double precision NOT NULL, result jsonb,
        done_at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE TABLE {SCHEMA}.odd_ids (computed uuid, id uuid);
    CREATE UNLOGGED TABLE {SCHEMA}.aliases (
        openlibrary_id text, id uuid, target text, target_id uuid);
    CREATE UNLOGGED TABLE {SCHEMA}.not_crashed AS SELECT;
"""
# A crash of the server empties what is not in the write-ahead log, and keeps the notes.
EMPTIED = f"SELECT NOT EXISTS (SELECT FROM {SCHEMA}.not_crashed)"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Begun:
    """`files` says which files are read, `way` how they come into the catalog."""

    files: dict[str, Any]
    way: str


def begun(connection: psycopg.Connection) -> Begun | None:
    """Find the load that was begun and not ended, unless what it has read is lost."""
    if not _one(connection, f"SELECT to_regclass('{SCHEMA}.load') IS NOT NULL"):
        return None
    row = connection.execute(f"SELECT files, way FROM {SCHEMA}.load".encode()).fetchone()  # noqa: S608
    return Begun(*row) if row and not _one(connection, EMPTIED) else None


def begin(
    connection: psycopg.Connection, files: dict[str, Any], way: str, fetched_at: datetime
) -> None:
    """Forget what an earlier load has left, and make the empty tables of a new one."""
    with connection.transaction():
        forget(connection)
        connection.execute(STAGING.encode())
        connection.execute(STATE.encode())
        connection.execute(
            f"INSERT INTO {SCHEMA}.load (files, way, fetched_at, expires_at)"  # noqa: S608
            " VALUES (%s, %s, %s, %s)".encode(),
            [Jsonb(files), way, fetched_at, fetched_at + FRESH_FOR],
        )


def forget(connection: psycopg.Connection) -> None:
    connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())


def _one(connection: psycopg.Connection, statement: str) -> Any:
    row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None

"""Fills the bench's database: COPY, then what triggers would have kept, by set-based SQL."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from bench.rows import MEMBER, PUBLISHER, PUBLISHERS, READER, Catalog, Sizes, row_id
from config.local.processes import PROJECT, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARK = "BookHub bench, data of version 1"
"""Says that a database is filled to the end. Other data, another version."""

# Row by row they cost more than all the rest; what they keep is filled below.
TRIGGERS_OFF = ("works", "editions", "author_works")
STAGING: tuple[LiteralString, ...] = (
    """
    CREATE TEMP TABLE work_rows (
        id uuid, title text, openlibrary_id text, first_publish_year smallint,
        publish_year smallint, primary_edition_id uuid, names text
    ) ON COMMIT DROP
    """,
    "CREATE TEMP TABLE link_rows (author_id uuid, work_id uuid, position int) ON COMMIT DROP",
)
WORKS = """
INSERT INTO works (id, title, openlibrary_id, first_publish_year, publish_year,
    primary_edition_id, search_vector)
SELECT id, title, openlibrary_id, first_publish_year, publish_year, primary_edition_id,
    public.work_vector(title, names)
FROM work_rows
"""
LINKS = """
INSERT INTO author_works (author_id, work_id, position, title_key, publish_year, listed)
SELECT l.author_id, l.work_id, l.position, w.title_key, w.publish_year, w.listed
FROM link_rows l JOIN works w ON w.id = l.work_id
"""
ISBNS = """
INSERT INTO edition_isbns (isbn13, edition_id)
SELECT isbn13, id FROM editions WHERE isbn13 IS NOT NULL
"""
EDITION_COLUMNS = "id, work_id, title, openlibrary_id, publish_year, isbn13, cover_url, language"
ALL_PERMISSIONS = ["books:create", "books:update", "books:finalize", "books:delete"]


def fill(connection: psycopg.Connection, works: int) -> None:
    """Write all rows in the connection's transaction, as the owner of the tables."""
    catalog = Catalog(Sizes(works))
    with without_triggers(connection, TRIGGERS_OFF):
        _fill_catalog(connection, catalog)
    _fill_people(connection, catalog)


@contextmanager
def without_triggers(connection: psycopg.Connection, tables: Iterable[str]) -> Iterator[None]:
    """Write to tables in the block as if they had no triggers, in a transaction of their owner."""
    for table in tables:
        _trigger(connection, table, "DISABLE")
    yield
    for table in tables:
        _trigger(connection, table, "ENABLE")


def _trigger(connection: psycopg.Connection, table: str, verb: LiteralString) -> None:
    # Foreign keys must not wait for their triggers when the table changes again.
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    statement = sql.SQL("ALTER TABLE {} " + verb + " TRIGGER USER")
    connection.execute(statement.format(sql.Identifier(table)))


def _fill_catalog(connection: psycopg.Connection, catalog: Catalog) -> None:
    # A work names its primary edition, and the edition its work.
    connection.execute("SET CONSTRAINTS ALL DEFERRED")
    for statement in STAGING:
        connection.execute(statement)
    _copy(connection, "authors (id, name, openlibrary_id)", catalog.authors())
    _copy(connection, "work_rows", catalog.works())
    connection.execute(WORKS)
    _copy(connection, f"editions ({EDITION_COLUMNS})", catalog.editions())
    _copy(connection, "link_rows", catalog.links())
    connection.execute(LINKS)
    connection.execute(ISBNS)


def _fill_people(connection: psycopg.Connection, catalog: Catalog) -> None:
    """Write readers with their shelves, and publishers with a member each."""
    readers = range(catalog.sizes.readers)
    _users(connection, [(row_id(READER, n), f"reader{n}@bench.example") for n in readers])
    _copy(connection, "user_authors (user_id, author_id)", catalog.followed())
    shelf = "user_works (user_id, work_id, status, available_in_legimi)"
    _copy(connection, shelf, catalog.shelves())
    houses = range(PUBLISHERS)
    _users(connection, [(row_id(MEMBER, n), f"member{n}@bench.example") for n in houses])
    names = ((row_id(PUBLISHER, n), f"Bench House {n}") for n in houses)
    _copy(connection, "publishers (id, name)", names)
    members = (
        (row_id(MEMBER, n), row_id(MEMBER, n), row_id(PUBLISHER, n), ALL_PERMISSIONS)
        for n in houses
    )
    _copy(connection, "memberships (id, user_id, publisher_id, permissions)", members)


def _users(connection: psycopg.Connection, users: Iterable[tuple[Any, str]]) -> None:
    columns = "users (id, email, password, is_superuser, is_staff, is_active)"
    _copy(connection, columns, ((*user, "!", False, False, True) for user in users))


def _copy(connection: psycopg.Connection, target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY rows to a table with its columns, a constant of this module."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def database_for(server_url: str, works: int) -> str:
    """Give the URL of a migrated database with data of this size, made where there is none."""
    name = f"bookhub_bench_{works}"
    url = url_of(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as server:
        known = mark_of(server, name)
        if known != MARK:
            # Half filled, or of another version.
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(url)
    if known != MARK:
        _fill_new(url, name, works)
    return url


def url_of(server_url: str, name: str) -> str:
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def mark_of(server: psycopg.Connection, name: str) -> str | None:
    """Read what a database was marked with, when it was filled to the end."""
    found = server.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    return found[0] if found else None


def mark(connection: psycopg.Connection, name: str, text: str) -> None:
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    connection.execute(comment.format(sql.Identifier(name), sql.Literal(text)))


def migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=PROJECT,
        env=os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url},
        check=True,
    )


def _fill_new(url: str, name: str, works: int) -> None:
    say(f"filling {name} with {works:,} works; the next run finds them there")
    with psycopg.connect(url) as connection:
        fill(connection, works)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        mark(connection, name, MARK)

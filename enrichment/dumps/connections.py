"""The connections of a load: as the owner of the tables, and set up for few, long statements."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "bookhub dump load"
"""By which a load knows the connections of one that was killed."""

# Two connections work at once, and the server's own memory comes on top: 1 GiB is for all.
# A client that was killed must not leave a statement that runs on for an hour.
SETTINGS = {
    "work_mem": "64MB",
    "maintenance_work_mem": "128MB",
    # The lanes use the cores already.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "lock_timeout": "30s",
    "client_connection_check_interval": "2s",
    "statement_timeout": "0",
    "search_path": "pg_catalog",
}

# Any number that nobody else takes: "OL" and "dump" in letters.
_LOCK = 0x4F4C64756D70


def conninfo() -> str:
    """Give libpq's string for the owner's connection, in a test to the test's own database."""
    config = settings.DATABASES[settings.OWNER_ALIAS]
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    given = {name: config[key] for name, key in keys.items() if config.get(key)}
    options = {"application_name", "sslmode", "sslrootcert", "sslcert", "sslkey"}
    given |= {name: value for name, value in config["OPTIONS"].items() if name in options}
    given["dbname"] = connections[settings.OWNER_ALIAS].settings_dict["NAME"]
    given["application_name"] = NAME
    given["options"] = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    return make_conninfo("", **given)


def connect() -> psycopg.Connection:
    """Open a connection in autocommit: each step begins its own transaction."""
    return psycopg.connect(conninfo(), autocommit=True)


class AnotherLoadError(Exception):
    """A load is under way already, in this database."""


@contextmanager
def only_one() -> Iterator[psycopg.Connection]:
    """Hold the lock of the one load that may run; raises AnotherLoadError.

    What a killed load has left running at the server is ended first: it would hold our tables.
    """
    with connect() as connection:
        if not _one(connection, "SELECT pg_try_advisory_lock(%s)", [_LOCK]):
            raise AnotherLoadError
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()"
            " AND pid <> pg_backend_pid()",
            [NAME],
        )
        yield connection


def _one(connection: psycopg.Connection, statement: str, parameters: list[object]) -> object:
    row = connection.execute(statement.encode(), parameters).fetchone()
    return row[0] if row else None

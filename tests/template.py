"""A database in which all migrations have been done: made once in a run, copied by each worker.

The controller of pytest-xdist begins while its workers still import the tests, and holds a lock of
PostgreSQL's meanwhile. Without workers nobody makes one, and the test database migrates itself.
"""

from __future__ import annotations

import os
from threading import Thread
from urllib.parse import urlsplit

import psycopg
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import blocking_manager_key

NAME = "test_template"
LOCK = int.from_bytes(b"template")
_thread = None


def server():
    """Connect to the server, to make and drop databases."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    return psycopg.connect(url, autocommit=True)


def begin(config):
    """Make the database in the background; return when nobody can overtake."""
    global _thread  # noqa: PLW0603
    lock = server()
    lock.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    _drop(lock)
    _thread = Thread(target=_make, args=(lock, config.stash[blocking_manager_key]))
    _thread.start()


def end():
    """Drop the database, if this process has made it."""
    if _thread:
        _thread.join()
        with server() as connection:
            _drop(connection)


def find():
    """Name the database to copy, when it is done. Where nobody has made one, it is an empty one."""
    with server() as connection:
        connection.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])
        made = connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).fetchone()
    return "template0" if made is None else NAME


def _make(lock, blocker):
    with lock, blocker.unblock():
        lock.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")
        try:
            _migrate()
        except Exception:
            # The workers try for themselves, and tell what is wrong.
            _drop(lock)
            raise


def _migrate():
    as_owner = dict(connections.settings["default"])
    as_owner["OPTIONS"] = without_web_options(as_owner["OPTIONS"])
    connections.settings[NAME] = as_owner | {"NAME": NAME}
    try:
        call_command("migrate", database=NAME, verbosity=0)
    finally:
        connections[NAME].close()
        del connections[NAME], connections.settings[NAME]


def without_web_options(options):
    """Leave out what makes a connection the web's: its role, and its pool."""
    return {key: value for key, value in options.items() if key not in {"options", "pool"}}


def _drop(connection):
    connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")

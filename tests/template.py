"""A database in which all migrations have been done: made once in a run, copied by each worker.

The controller of pytest-xdist begins while its workers still import the tests, and holds a lock of
PostgreSQL's meanwhile. Without workers nobody makes one, and the test database migrates itself.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from threading import Thread
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.operations.models import IndexOperation
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
        with models_made_once():
            call_command("migrate", database=NAME, verbosity=0)
    finally:
        connections[NAME].close()
        del connections[NAME], connections.settings[NAME]


@contextmanager
def models_made_once():
    """Let indexes, constraints and triggers come and go without classes made anew.

    For each of them Django makes the class of the model anew, and those of all models that are
    related to it: two thirds of the time that all migrations take. Here the class is told instead.
    """
    with pytest.MonkeyPatch.context() as patch:
        for operation in IndexOperation.__subclasses__():
            patch.setattr(operation, "state_forwards", _telling(operation.state_forwards))
        yield


def _telling(state_forwards):
    def run(operation, app_label, state):
        # A state without classes has none to make anew.
        classes = state.__dict__.pop("apps", None)
        state_forwards(operation, app_label, state)
        if classes:
            state.apps = classes
            options = state.models[app_label, operation.model_name_lower].options
            told = classes.get_model(app_label, operation.model_name)._meta
            setattr(told, operation.option_name, options[operation.option_name])

    return run


def without_web_options(options):
    """Leave out what makes a connection the web's: its role, and its pool."""
    return {key: value for key, value in options.items() if key not in {"options", "pool"}}


def _drop(connection):
    connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")

"""Constant SQL for the hot reading paths, and a connection that lives to run it on."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.backends.postgresql.base import DatabaseWrapper

    Params = Sequence[Any] | Mapping[str, Any]

Row = tuple[Any, ...]


def rows(sql: str, params: Params = ()) -> list[Row]:
    """Run a constant statement on the `default` connection and give all its rows as tuples.

    Placeholders are psycopg's (`%s` or `%(name)s`); the text must be a constant of the module. It
    is prepared on the server once a connection, so parsing and planning are not paid each time.
    Three things follow:

    - Parameters are bound by the server, which has to be able to tell their types: write
      `%(ids)s::uuid[]`, and `= ANY(...)` for `IN`.
    - From the sixth call on PostgreSQL may keep one plan for all parameters (a generic plan), when
      it expects that to cost no more than planning anew. Measured on shelves of 5 and of 5,000 rows
      that was never the worse one (docs/decisions/0008-request-path.md); where the best plan hangs
      on a parameter, write two statements.
    - Values come as text and are read as Django's cursors read them: JSON stays text, too.

    Whoever listens (`CaptureQueriesContext`, DEBUG, `execute_wrapper`) hears of it like of any
    other query. Errors are those of `django.db`.
    """
    if connection.queries_logged or connection.execute_wrappers:
        return _observed(sql, params)
    connection.ensure_connection()
    connection.validate_thread_sharing()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        return cursor.execute(sql, params, prepare=True).fetchall()


def one(sql: str, params: Params = ()) -> Row | None:
    """Run a constant statement and give its first row; None when it has none."""
    return next(iter(rows(sql, params)), None)


def _observed(sql: str, params: Params) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[Row] = cursor.fetchall()
    return found


@receiver(connection_created)
def replace_dead(connection: DatabaseWrapper, **_kwargs: Any) -> None:
    """Swap a pooled connection that died with its server, before its first statement is lost.

    Django's CONN_HEALTH_CHECKS asks the server each time, which costs a round trip a request. The
    server's farewell, or the end of the stream, already lies in the socket of a dead connection,
    while nothing waits in that of a living, idle one; to look costs a microsecond. Only then the
    whole pool is asked, since a restart ends all of it.
    """
    if connection.pool and _has_unread(connection.connection.pgconn.socket):
        connection.pool.putconn(connection.connection)
        connection.pool.check()
        connection.connection = connection.pool.getconn()


def _has_unread(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))

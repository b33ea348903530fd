"""Constant SQL for the hot reading paths, and a connection that lives to run it on."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg import Connection, Cursor, OperationalError
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from django.db.backends.postgresql.base import DatabaseWrapper
    from psycopg.pq.abc import PGresult

    Params = Sequence[Any] | Mapping[str, Any]

Row = tuple[Any, ...]


class _PlainCursor(Cursor[Row]):
    """Reads times by psycopg's own loader, in C; Django's, in Python, takes as long as a page."""

    def __init__(self, connection: Connection[Any]) -> None:
        super().__init__(connection)
        self.adapters.register_loader("timestamptz", TimestamptzLoader)


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
    if _is_observed():
        return _observed(sql, params)
    raw = _connection()
    with connection.wrap_database_errors, _PlainCursor(raw) as cursor:
        return cursor.execute(sql, params, prepare=True).fetchall()


def one(sql: str, params: Params = ()) -> Row | None:
    """Run a constant statement and give its first row; None when it has none."""
    return next(iter(rows(sql, params)), None)


def opening(sql: str, *ids: UUID | None) -> Row | None:
    """Run a constant statement as the first of a transaction, in one trip with its BEGIN.

    Stands inside `transaction.atomic()`; where that is nested, and the transaction has begun, this
    is `one(sql, ids)`. `sql` has a `%s` for each id. It is not prepared, so let it call a function:
    a function keeps its plans. Gives the first row and raises as `one` does.
    """
    raw = None if _is_observed() else _connection()
    if raw is None or raw.pgconn.transaction_status != TransactionStatus.IDLE:
        return one(sql, ids)
    literals = tuple(f"'{each.hex}'::uuid" if each else "NULL" for each in ids)
    with connection.wrap_database_errors:
        result = raw.pgconn.exec_(f"BEGIN; {sql % literals}".encode())
        if result.status != ExecStatus.TUPLES_OK:
            lives = raw.pgconn.status == ConnStatus.OK
            raise error_from_result(result) if lives else OperationalError("The server is gone.")
        return _first_row(raw, result)


def _first_row(raw: Connection[Any], result: PGresult) -> Row | None:
    reader = Transformer(raw)
    reader.set_pgresult(result)
    return reader.load_row(0, tuple) if result.ntuples else None


def _is_observed() -> bool:
    return bool(connection.queries_logged or connection.execute_wrappers)


def _connection() -> Connection[Any]:
    """Give the connection under Django's, after the checks that Django's cursors make."""
    connection.ensure_connection()
    connection.validate_thread_sharing()
    connection.validate_no_broken_transaction()
    raw: Connection[Any] = connection.connection
    return raw


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

"""Constant SQL for the hot reading paths, run inside the request's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Params = Sequence[Any] | Mapping[str, Any]

Row = tuple[Any, ...]


def rows(sql: str, params: Params = ()) -> list[Row]:
    """Run a constant statement on the `default` connection and give all its rows as tuples.

    Placeholders are psycopg's (`%s` or `%(name)s`); the text must be a constant of the module.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[Row] = cursor.fetchall()
    return found


def one(sql: str, params: Params = ()) -> Row | None:
    """Run a constant statement and give its first row; None when it has none."""
    return next(iter(rows(sql, params)), None)

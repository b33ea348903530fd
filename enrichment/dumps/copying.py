"""Rows into the staging tables, by one COPY a table that lasts as long as the file."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from enrichment.dumps.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Copy


@dataclass(frozen=True, slots=True)
class Copies:
    """The COPYs of a file, each begun when the first row for its table comes.

    A connection runs one at a time, so each table has its own.
    """

    conninfo: str
    connections: ExitStack
    copies: ExitStack
    by_table: dict[str, Copy] = field(default_factory=dict)

    def write(self, table: str, rows: list[str]) -> None:
        """Add rows in COPY's text format to a table."""
        text = "".join(rows)
        if text:
            self._copy(table).write(text.encode())

    def _copy(self, table: str) -> Copy:
        if table not in self.by_table:
            connection = self.connections.enter_context(
                psycopg.connect(self.conninfo, client_encoding="utf8")
            )
            statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(SCHEMA, table))
            copying = connection.cursor().copy(statement)
            self.by_table[table] = self.copies.enter_context(copying)
        return self.by_table[table]


@contextmanager
def copies_to(conninfo: str) -> Iterator[Copies]:
    """Copy into any of the staging tables; all is committed once every COPY ended well."""
    with ExitStack() as connections, ExitStack() as copies:
        yield Copies(conninfo, connections, copies)

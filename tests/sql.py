"""Bare SQL for tests that go around the ORM, and what the database answers."""

from __future__ import annotations

from contextlib import contextmanager

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from config.errors import constraint_of
from config.row_security import SYSTEM, acting_as


def run(statement, parameters=None):
    """Run one statement; give the number of rows that it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


def ask(statement, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def value(statement, parameters=None):
    return ask(statement, parameters)[0][0]


def insert(table, **columns):
    names = ", ".join(columns)
    places = ", ".join(["%s"] * len(columns))
    return run(f"INSERT INTO {table} ({names}) VALUES ({places})", list(columns.values()))


def insert_valid(valid, table, **columns):
    """Insert a row with which nothing is wrong, but for `columns`; a callable makes its value."""
    row = {**valid[table], **columns}
    return insert(table, **{key: v() if callable(v) else v for key, v in row.items()})


@contextmanager
def refused_by(constraint):
    """Expect the database to refuse what the block writes, and to name this constraint."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert constraint_of(refusal.value) == constraint


def columns(table):
    """Name the columns that a row is written with: all but the generated ones."""
    return ", ".join(
        name
        for (name,) in ask(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
    )


def rules_of(app):
    """Name every CHECK, UNIQUE and EXCLUDE rule of an app's tables, as PostgreSQL lists them."""
    tables = [model._meta.db_table for model in apps.get_app_config(app).get_models()]
    rows = ask(
        "SELECT conname FROM pg_constraint WHERE contype IN ('c', 'u', 'x')"
        " AND conrelid = ANY(%s::regclass[])"
        " UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique"
        " AND NOT indisprimary AND indrelid = ANY(%s::regclass[])",
        [tables, tables],
    )
    return {name for (name,) in rows}


def touches_updated_at(model, change, key):
    """Say whether an UPDATE moves `updated_at`: (one that changes nothing, one that does)."""
    table = model._meta.db_table
    where = " AND ".join(f"{column} = %s" for column in key)

    def moved_by(assignment):
        with pgtrigger.ignore(f"{model._meta.label}:touch_updated_at"):
            run(f"UPDATE {table} SET updated_at = '2000-01-01' WHERE {where}", [*key.values()])
        assert run(f"UPDATE {table} SET {assignment} WHERE {where}", [*key.values()]) == 1
        return value(
            f"SELECT updated_at > '2000-01-01' FROM {table} WHERE {where}", [*key.values()]
        )

    with acting_as(SYSTEM):
        column = change.split(" = ")[0]
        return moved_by(f"{column} = {column}"), moved_by(change)


class Attempt:
    """One statement on one row under one actor, taken back afterwards."""

    def __init__(self, table, key):
        self.table, self.key = table, key
        self.where = " AND ".join(f"{column} = %s" for column in key)

    def succeeds(self, command, actor):
        savepoint = transaction.savepoint()
        try:
            return {"I": self._insert, "U": self._update, "D": self._delete}[command](actor) == 1
        except DatabaseError as refusal:
            # A book that is not PENDING cannot be inserted by anybody, whatever the policies say.
            if "violates row-level security" in str(refusal) or "begins as" in str(refusal):
                return False
            raise
        finally:
            transaction.savepoint_rollback(savepoint)

    def _run(self, actor, statement):
        with acting_as(actor):
            return run(f"{statement} WHERE {self.where}", [*self.key.values()])

    def _update(self, actor):
        column = next(iter(self.key))
        return self._run(actor, f"UPDATE {self.table} SET {column} = {column}")

    def _delete(self, actor):
        return self._run(actor, f"DELETE FROM {self.table}")

    def _insert(self, actor):
        """Put the same row back after the system has taken it away."""
        names = columns(self.table)
        with acting_as(SYSTEM):
            run(
                f"CREATE TEMP TABLE taken AS SELECT {names} FROM {self.table} WHERE {self.where}",
                [*self.key.values()],
            )
        self._delete(SYSTEM)
        with acting_as(actor):
            return run(f"INSERT INTO {self.table} ({names}) TABLE taken")

"""Emptying the tables after a test whose transactions were its own.

Django's `flush` takes a quarter of a second: it truncates every table, which makes new files for
each and for its indexes, and then has the content types and permissions made anew.
"""

from __future__ import annotations

from django.db import connections, transaction
from psycopg import sql

# The migrations have filled these, and no test writes to them.
KEPT = [
    *("django_migrations", "django_content_type"),
    *("auth_permission", "auth_group", "auth_group_permissions"),
]
WRITTEN = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)
    AND pg_relation_size(oid) > 0
"""
FEW_BYTES = 2_000_000
# The pages stay. Whoever has analysed them when they held few rows, or none, lets PostgreSQL believe
# that they hold as few for ever: 500 works then came onto a shelf in minutes instead of 0.03 s.
FORGET_STATISTICS = "SELECT pg_clear_relation_stats('public', name) FROM unnest(%s::text[]) AS name"


def empty_tables(test_case):
    """Stand in for `TransactionTestCase._fixture_teardown`."""
    for alias in test_case._databases_names(include_mirrors=False):
        with connections[alias].cursor() as cursor:
            cursor.execute(WRITTEN, [KEPT])
            written = dict(cursor.fetchall())
            if sum(written.values()) > FEW_BYTES:
                _run(cursor, "TRUNCATE {} CASCADE", written)
            elif written:
                _delete_all(cursor, written)


def _delete_all(cursor, tables):
    """Delete from all in one statement, after which no row hangs on another; triggers stay out."""
    with transaction.atomic(using=cursor.db.alias):
        for table in tables:
            _run(cursor, "ALTER TABLE {} DISABLE TRIGGER USER", [table])
        deletes = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables]
        parts = [
            sql.SQL("{} AS ({})").format(sql.Identifier(f"from_{table}"), delete)
            for table, delete in zip(tables, deletes, strict=True)
        ]
        cursor.execute(sql.SQL("WITH {} SELECT").format(sql.SQL(", ").join(parts)))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            _run(cursor, "ALTER TABLE {} ENABLE TRIGGER USER", [table])
        cursor.execute(FORGET_STATISTICS, [list(tables)])


def _run(cursor, statement, tables):
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    cursor.execute(sql.SQL(statement).format(names))

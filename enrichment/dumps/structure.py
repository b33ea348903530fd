"""The structure of a table as PostgreSQL itself tells it, for a table that takes its place.

Everything that hangs on the table is read from the catalogs, so a migration that adds an index, a
trigger or a policy needs no change here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from enrichment.dumps.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import psycopg

PUBLIC = "public"

# Constraints of a table as PostgreSQL writes them with an empty search path: every name is whole.
CLONE = """
    CREATE TABLE {new} (LIKE {old} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS
        INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS INCLUDING STATISTICS)
"""
INDEXES = """
    SELECT i.relname, pg_get_indexdef(x.indexrelid), c.conname,
        CASE c.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x')
    WHERE x.indrelid = %s::regclass ORDER BY x.indisprimary DESC, i.relname
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), confrelid::regclass::text
    FROM pg_constraint
    WHERE contype = 'f' AND (conrelid = ANY(%(tables)s::regclass[])
        OR confrelid = ANY(%(tables)s::regclass[]))
    ORDER BY conrelid::regclass::text, conname
"""
# The tables themselves, and those that references and policies tie to them.
NEIGHBOURS = """
    SELECT table_id::regclass::text FROM (
        SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f'
        UNION ALL
        SELECT p.polrelid, d.refobjid FROM pg_policy p JOIN pg_depend d
            ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid
            AND d.refclassid = 'pg_class'::regclass
    ) tied (one, other), unnest(ARRAY[one, other]) table_id
    WHERE one = ANY(%(tables)s::regclass[]) OR other = ANY(%(tables)s::regclass[])
    GROUP BY table_id ORDER BY 1
"""
TRIGGERS = """
    SELECT tgname, pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger')
    FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY tgname
"""
# Policies of the tables themselves, and those of others that look into them.
POLICIES = """
    SELECT DISTINCT p.polrelid::regclass::text AS table, p.polname AS name,
        p.polpermissive AS permissive, p.polcmd::text AS command,
        CASE WHEN p.polroles = '{0}' THEN ARRAY['public'] ELSE
            ARRAY(SELECT quote_ident(rolname) FROM pg_roles WHERE oid = ANY(p.polroles)) END
            AS roles,
        pg_get_expr(p.polqual, p.polrelid) AS using,
        pg_get_expr(p.polwithcheck, p.polrelid) AS check
    FROM pg_policy p LEFT JOIN pg_depend d
        ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid
        AND d.refclassid = 'pg_class'::regclass
    WHERE p.polrelid = ANY(%(tables)s::regclass[]) OR d.refobjid = ANY(%(tables)s::regclass[])
    ORDER BY 1, 2
"""
RIGHTS = """
    SELECT format('GRANT %%s ON %%s TO %%s', string_agg(a.privilege_type, ', '), c.oid::regclass,
        CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(a.grantee::regrole::text) END)
    FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.oid = ANY(%(tables)s::regclass[]) AND a.grantee <> c.relowner
    GROUP BY c.oid, a.grantee ORDER BY 1
"""
SWITCHES = """
    SELECT relrowsecurity, relforcerowsecurity, array_to_string(reloptions, ', '), reltuples
    FROM pg_class WHERE oid = %s::regclass
"""
COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}


@dataclass(frozen=True, slots=True)
class Index:
    """`adopt` makes a constraint of it (a primary key, say), where it is one's."""

    name: str
    create: str
    adopt: str | None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    table: str
    name: str
    definition: str
    target: str


@dataclass(frozen=True, slots=True)
class Policy:
    """`command` and `permissive` are as `pg_policy` has them; `using` and `check` are SQL."""

    table: str
    name: str
    permissive: bool
    command: str
    roles: list[str]
    using: str | None
    check: str | None

    @property
    def drop(self) -> str:
        return f"DROP POLICY {self.name} ON {self.table}"

    @property
    def make(self) -> str:
        kind = "PERMISSIVE" if self.permissive else "RESTRICTIVE"
        whom = f"FOR {COMMANDS[self.command]} TO {', '.join(self.roles)}"
        using = f" USING ({self.using})" if self.using else ""
        check = f" WITH CHECK ({self.check})" if self.check else ""
        return f"CREATE POLICY {self.name} ON {self.table} AS {kind} {whom}{using}{check}"


def named(schema: str, table: str) -> str:
    return f"{schema}.{table}"


def clone(connection: psycopg.Connection, table: str) -> None:
    """Make an empty table like the public one, without what slows down loading."""
    connection.execute(CLONE.format(new=named(SCHEMA, table), old=named(PUBLIC, table)).encode())
    *_, options, _ = _row(connection, SWITCHES, table)
    if options:
        connection.execute(f"ALTER TABLE {named(SCHEMA, table)} SET ({options})".encode())


def indexes(connection: psycopg.Connection, table: str) -> list[Index]:
    """Give the public table's indexes as statements for the new one."""
    found = connection.execute(INDEXES.encode(), [named(PUBLIC, table)]).fetchall()
    return [
        Index(name, _moved(definition, [table]), constraint and _adopt(table, constraint, kind))
        for name, definition, constraint, kind in found
    ]


def _adopt(table: str, constraint: str, kind: str) -> str:
    added = f"ADD CONSTRAINT {constraint} {kind} USING INDEX {constraint}"
    return f"ALTER TABLE {named(SCHEMA, table)} {added}"


def foreign_keys(connection: psycopg.Connection, tables: Sequence[str]) -> list[ForeignKey]:
    """Give the foreign keys of the public tables, and those of others that point at them."""
    names = [named(PUBLIC, table) for table in tables]
    found = connection.execute(FOREIGN_KEYS.encode(), {"tables": names})
    return [ForeignKey(*row) for row in found]


def neighbours(connection: psycopg.Connection, tables: Sequence[str]) -> list[str]:
    """Give the public tables, and those to which they are tied: all that an exchange locks."""
    names = {"tables": [named(PUBLIC, table) for table in tables]}
    return [row[0] for row in connection.execute(NEIGHBOURS.encode(), names)]


def add_foreign_key(key: ForeignKey, tables: Iterable[str]) -> str:
    """Give the statement that makes the same key between the new tables."""
    definition, target = _moved(key.definition, tables), _moved(key.table, tables)
    return f"ALTER TABLE {target} ADD CONSTRAINT {key.name} {definition}"


def check(key: ForeignKey, tables: Iterable[str]) -> str:
    """Give the statement that checks a key which was added NOT VALID."""
    return f"ALTER TABLE {_moved(key.table, tables)} VALIDATE CONSTRAINT {key.name}"


def triggers(connection: psycopg.Connection, table: str) -> list[str]:
    """Give the statements that make the public table's triggers on the new one."""
    statements = []
    for name, definition, comment in connection.execute(
        TRIGGERS.encode(), [named(PUBLIC, table)]
    ).fetchall():
        statements.append(_moved(definition, [table]))
        if comment is not None:
            on = f"COMMENT ON TRIGGER {name} ON {named(SCHEMA, table)}"
            statements.append(f"{on} IS {_literal(connection, comment)}")
    return statements


def policies(connection: psycopg.Connection, tables: Sequence[str]) -> list[tuple[str, str]]:
    """Give each policy that hangs on the tables, as the statements that drop and make it."""
    names = {"tables": [named(PUBLIC, table) for table in tables]}
    with connection.cursor(row_factory=class_row(Policy)) as cursor:
        found = cursor.execute(POLICIES.encode(), names).fetchall()
    return [(policy.drop, policy.make) for policy in found]


def rights(connection: psycopg.Connection, tables: Sequence[str]) -> list[str]:
    """Give the grants of the public tables, to be made again once the new ones stand there."""
    names = {"tables": [named(PUBLIC, table) for table in tables]}
    return [row[0] for row in connection.execute(RIGHTS.encode(), names)]


def switches(connection: psycopg.Connection, table: str) -> list[str]:
    """Give the statements that switch row level security on as it is on the public table."""
    is_on, is_forced, *_ = _row(connection, SWITCHES, table)
    new = f"ALTER TABLE {named(SCHEMA, table)}"
    on = [f"{new} ENABLE ROW LEVEL SECURITY"] if is_on else []
    return on + ([f"{new} FORCE ROW LEVEL SECURITY"] if is_forced else [])


def columns(connection: psycopg.Connection, table: str) -> str:
    """Give the names of the columns that can be written, as SQL."""
    found = connection.execute(
        b"SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        b" WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        b" AND attgenerated = ''",
        [named(PUBLIC, table)],
    ).fetchone()
    return str(found[0]) if found else ""


def _moved(definition: str, tables: Iterable[str]) -> str:
    """Let a definition speak of the new tables; it names each with its schema."""
    for table in tables:
        for after in (" ", "("):
            old, new = named(PUBLIC, table) + after, named(SCHEMA, table) + after
            definition = (definition + " ").replace(old, new).removesuffix(" ")
    return definition


def _row(connection: psycopg.Connection, statement: str, table: str) -> tuple[object, ...]:
    row = connection.execute(statement.encode(), [named(PUBLIC, table)]).fetchone()
    if row is None:
        raise LookupError(table)
    return row


def _literal(connection: psycopg.Connection, text: str) -> str:
    row = connection.execute(b"SELECT quote_literal(%s::text)", [text]).fetchone()
    return str(row[0]) if row else ""

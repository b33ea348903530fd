"""What follows from the staged records: live ids, aliases, links, choices of ISBNs and editions.

All is computed by whole tables, and ids are computed from keys, so nothing is looked up row by row.
The tables stand in `openlibrary_load`, beside what was read; the catalog sees nothing of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.openlibrary_keys import KINDS, NUMBER_BITS
from enrichment.dumps.schema import SCHEMA
from enrichment.dumps.steps import Step

if TYPE_CHECKING:
    import psycopg

    from enrichment.dumps.steps import Result, Run

MOST_HOPS = 10
"""Of redirects from an old id to the live one, as at the API (contract, "Readers")."""

LETTERS = {"authors": "A", "works": "W", "editions": "M"}


def file_of(kind: str) -> str:
    """Give the SQL for the name of the file that a refused line is in."""
    return f"(SELECT files->'{kind}'->>'name' FROM {SCHEMA}.load)"  # noqa: S608  (a constant)


def key_of(column: str) -> str:
    """Give the SQL for a key as the files have it, with its folder."""
    return f"""(CASE right({column}, 1) WHEN 'A' THEN '/authors/' WHEN 'W' THEN '/works/'
        ELSE '/books/' END || {column})"""


def row_id(column: str) -> str:
    """Give the SQL for `catalog.openlibrary_keys.row_hex` of a column of keys, as a uuid."""
    kinds = " ".join(f"WHEN '{letter}' THEN {kind}" for letter, kind in KINDS.items())
    number = f"substring({column} FROM 3 FOR length({column}) - 3)::bigint"
    leading = f"(CASE right({column}, 1) {kinds} END)::bigint << {NUMBER_BITS} | {number}"
    digits = f"lpad(to_hex({leading}), 15, '0')"
    return f"(left({digits}, 12) || '8' || right({digits}, 3) || '8000000000000000')::uuid"


# Of two records with one key the later one counts; what hangs on both is there once.
DUPLICATES = """
    WITH twice AS (
        SELECT id, max(line) AS line FROM {schema}.staged_{table} GROUP BY id HAVING count(*) > 1
    ), gone AS (
        DELETE FROM {schema}.staged_{table} s USING twice
        WHERE s.id = twice.id AND s.line < twice.line RETURNING s.line, s.openlibrary_id
    )
    INSERT INTO {schema}.refused_lines (file, line, reason, key)
    SELECT {file}, line, 'duplicate_key', {key} FROM gone
"""
RENAMED: dict[str, dict[str, tuple[str, ...]]] = {
    "authors": {"staged_authors": ("id",)},
    "works": {"staged_works": ("id",), "staged_links": ("author_id", "work_id")},
    "editions": {"staged_editions": ("id", "work_id"), "staged_isbns": ("edition_id",)},
}
HANGS = {
    "works": ("staged_links", "work_id, author_id"),
    "editions": ("staged_isbns", "edition_id, isbn13"),
}
HANGS_TWICE = """
    DELETE FROM {schema}.{table} WHERE ctid IN (
        SELECT ctid FROM (
            SELECT ctid, row_number() OVER (PARTITION BY {columns} ORDER BY position, ctid) AS place
            FROM {schema}.{table}
        ) numbered WHERE place > 1)
"""
# Authors and works are known before the editions, of which there are most, are read to their end.
NAMED = """
    CREATE UNLOGGED TABLE {schema}.named_{group} AS
    SELECT DISTINCT ON (openlibrary_id) openlibrary_id, target, line, coalesce(n.id, r.id) AS id
    FROM (SELECT *, {row_id} AS id FROM {schema}.staged_redirects) r
    LEFT JOIN {schema}.odd_ids n ON n.computed = r.id
    WHERE right(openlibrary_id, 1) = ANY('{{{letters}}}')
    ORDER BY openlibrary_id, line DESC
"""
# What is alive is no redirect, whatever an old line says.
ALIVE = """
    DELETE FROM {schema}.named_{group} n USING {schema}.staged_{table} s WHERE s.id = n.id
"""
FOLLOWED = """
    CREATE UNLOGGED TABLE {schema}.followed_{group} AS
    WITH RECURSIVE hops AS (
        SELECT openlibrary_id, id, line, target, 1 AS hop FROM {schema}.named_{group}
        UNION ALL
        SELECT h.openlibrary_id, h.id, h.line, n.target, h.hop + 1
        FROM hops h JOIN {schema}.named_{group} n ON n.openlibrary_id = h.target
        WHERE h.hop <= {most_hops}
    )
    SELECT l.openlibrary_id, l.id, l.line, l.target, l.hop,
        coalesce(n.id, l.target_id) AS target_id
    FROM (
        SELECT DISTINCT ON (openlibrary_id) *, {target_id} AS target_id
        FROM hops ORDER BY openlibrary_id, hop DESC
    ) l LEFT JOIN {schema}.odd_ids n ON n.computed = l.target_id
"""
ALIASES = """
    INSERT INTO {schema}.aliases (openlibrary_id, id, target, target_id)
    SELECT f.openlibrary_id, f.id, f.target, f.target_id FROM {schema}.followed_{group} f
    JOIN {schema}.staged_{table} s ON s.id = f.target_id
    WHERE f.hop <= {most_hops}
"""
LOST_REDIRECTS = """
    INSERT INTO {schema}.refused_lines (file, line, reason, key)
    SELECT {file}, f.line, CASE WHEN f.hop > {most_hops} THEN 'redirect_cycle'
        ELSE 'redirect_dangling' END, {key}
    FROM {schema}.followed_{group} f
    WHERE NOT EXISTS (SELECT FROM {schema}.aliases a WHERE a.id = f.id)
"""
# What a moderator has merged is upstream two records. The one of the merged row goes, unless it is
# all that upstream has left of the two: then it stands for the row that stays.
MERGED = """
    FROM public.merges m JOIN public.{table} k ON k.id = (
        SELECT led.kept_id FROM public.merged_into(ARRAY[m.merged_id]) led)
    WHERE m.status = 'merged' AND m.merged_openlibrary_id IS NOT NULL
        AND k.openlibrary_id IS NOT NULL
"""
STANDS_FOR = """
    UPDATE {schema}.staged_{table} s SET id = given.id, openlibrary_id = given.key FROM (
        SELECT DISTINCT ON (k.id) k.id, k.openlibrary_id AS key, m.merged_openlibrary_id AS old
        {merged} AND NOT EXISTS (SELECT FROM {schema}.staged_{table} n WHERE n.id = k.id)
            AND EXISTS (SELECT FROM {schema}.staged_{table} n
                WHERE n.openlibrary_id = m.merged_openlibrary_id)
        ORDER BY k.id, m.id
    ) given WHERE s.openlibrary_id = given.old
"""
GOES = """
    DELETE FROM {schema}.staged_{table} s USING (
        SELECT m.merged_openlibrary_id AS key {merged}
    ) gone WHERE s.openlibrary_id = gone.key
"""
# Who wrote it wrote what stays; who wrote both is named once.
LINKS_GO = """
    UPDATE {schema}.staged_links l SET work_id = gone.id FROM (
        SELECT {merged_row} AS computed, m.merged_id, k.id {merged}
    ) gone WHERE l.work_id IN (gone.computed, gone.merged_id)
"""
# A merge acts as a redirect of upstream's own would, and comes before any.
REDIRECTS_GO = """
    DELETE FROM {schema}.staged_redirects r USING (
        SELECT m.merged_openlibrary_id AS key {merged}
    ) gone WHERE r.openlibrary_id = gone.key
"""
REDIRECTS_COME = """
    INSERT INTO {schema}.staged_redirects (openlibrary_id, target, line)
    SELECT m.merged_openlibrary_id, k.openlibrary_id, 0 {merged}
        AND EXISTS (SELECT FROM {schema}.staged_{table} s WHERE s.id = k.id)
"""
GROUPS = {"aliases": ("authors", "works"), "book_aliases": ("editions",)}
"""The step that follows redirects, and whose redirects it follows."""
LINKS = f"""
    CREATE UNLOGGED TABLE {SCHEMA}.links AS
    SELECT l.work_id, a.id AS author_id, l.position, a.name, o.id IS NOT NULL AS is_moved
    FROM {SCHEMA}.staged_links l
    LEFT JOIN {SCHEMA}.aliases o ON o.id = l.author_id
    JOIN {SCHEMA}.staged_authors a ON a.id = coalesce(o.target_id, l.author_id)
"""  # noqa: S608
# Two authors who are one by now wrote a work once.
LINKED_TWICE = f"""
    DELETE FROM {SCHEMA}.links a USING {SCHEMA}.links b
    WHERE b.work_id = a.work_id AND b.author_id = a.author_id AND (a.is_moved OR b.is_moved)
        AND (b.position, b.ctid) < (a.position, a.ctid)
"""  # noqa: S608
# An edition goes to the work that upstream has now. What names a work that nobody has is refused.
DANGLING = f"""
    CREATE UNLOGGED TABLE {SCHEMA}.dangling AS
    SELECT e.id, e.line, e.openlibrary_id FROM {SCHEMA}.staged_editions e
    LEFT JOIN {SCHEMA}.aliases o ON o.id = e.work_id
    LEFT JOIN {SCHEMA}.staged_works w ON w.id = coalesce(o.target_id, e.work_id)
    WHERE w.id IS NULL
"""  # noqa: S608
LOST_EDITIONS = f"""
    INSERT INTO {SCHEMA}.refused_lines (file, line, reason, key)
    SELECT {file_of("editions")}, line, 'dangling_work', {key_of("openlibrary_id")}
    FROM {SCHEMA}.dangling
"""  # noqa: S608
# An ISBN is the first edition's of those that have it; an edition shows the first that is its own.
CLAIMS = f"""
    CREATE UNLOGGED TABLE {SCHEMA}.claims AS
    SELECT DISTINCT ON (i.isbn13) i.isbn13, i.edition_id, i.position
    FROM {SCHEMA}.staged_isbns i
    LEFT JOIN {SCHEMA}.dangling d ON d.id = i.edition_id
    WHERE d.id IS NULL ORDER BY i.isbn13, i.edition_id
"""  # noqa: S608
CHOSEN = f"""
    CREATE UNLOGGED TABLE {SCHEMA}.chosen AS
    SELECT DISTINCT ON (edition_id) edition_id, isbn13
    FROM {SCHEMA}.claims ORDER BY edition_id, position
"""  # noqa: S608
# The earliest that has a cover and an ISBN, else the earliest.
PRIMARIES = f"""
    CREATE UNLOGGED TABLE {SCHEMA}.primaries AS
    SELECT DISTINCT ON (work_id) work_id, id, publish_year FROM (
        SELECT coalesce(o.target_id, e.work_id) AS work_id, e.id, e.publish_year, e.publish_date,
            e.cover_url IS NOT NULL AND EXISTS (
                SELECT FROM {SCHEMA}.staged_isbns i WHERE i.edition_id = e.id) AS is_good
        FROM {SCHEMA}.staged_editions e
        LEFT JOIN {SCHEMA}.aliases o ON o.id = e.work_id
        WHERE NOT EXISTS (SELECT FROM {SCHEMA}.dangling d WHERE d.id = e.id)
    ) e
    ORDER BY work_id, is_good DESC, publish_year NULLS LAST, publish_date NULLS LAST, id
"""  # noqa: S608


def steps(*before: str) -> list[Step]:
    """Give the steps from what was read to what the catalog is to hold, after those of `before`."""
    return [
        *(_once_each(table, before) for table in LETTERS),
        *(_follow(group) for group in GROUPS),
        _step("links", "linking works to authors", _link, "aliases"),
        _step(
            "dangling", "looking for editions' works", _find_dangling, "aliases", "once_editions"
        ),
        _step("claims", "choosing ISBNs", _analyzed(CLAIMS, "claims"), "dangling"),
        _step("chosen", "choosing ISBNs", _analyzed(CHOSEN, "chosen"), "claims"),
        _step("primaries", "choosing editions", _analyzed(PRIMARIES, "primaries"), "dangling"),
    ]


def _step(name: str, phase: str, run: Run, *needs: str) -> Step:
    return Step(name, phase, run, needs)


def _once_each(table: str, before: tuple[str, ...]) -> Step:
    def run(connection: psycopg.Connection) -> Result:
        _rename(connection, table)
        names = {"schema": SCHEMA, "table": table, "key": key_of("openlibrary_id")}
        statement = DUPLICATES.format(**names, file=file_of(table))
        rows = connection.execute(statement.encode()).rowcount
        moved = _merge(connection, table)
        if (rows or moved) and table in HANGS:
            hanging, columns = HANGS[table]
            twice = HANGS_TWICE.format(schema=SCHEMA, table=hanging, columns=columns)
            connection.execute(twice.encode())
        return {"rows": rows}

    return Step(f"once_{table}", "looking for duplicates", run, (f"read_{table}", *before))


def _rename(connection: psycopg.Connection, table: str) -> None:
    """Let what was read have the ids of the rows that the catalog has, where they are others."""
    if not connection.execute(f"SELECT FROM {SCHEMA}.odd_ids LIMIT 1".encode()).rowcount:
        return
    for staged, columns in RENAMED[table].items():
        for column in columns:
            connection.execute(
                f"UPDATE {SCHEMA}.{staged} s SET {column} = n.id"  # noqa: S608
                f" FROM {SCHEMA}.odd_ids n WHERE s.{column} = n.computed".encode()
            )


def _merge(connection: psycopg.Connection, table: str) -> int:
    """Let what moderators have merged stay merged; give how many links moved by that."""
    if table not in {"authors", "works"}:
        return 0
    names = {
        "schema": SCHEMA,
        "table": table,
        "merged": MERGED.format(table=table),
        "merged_row": row_id("m.merged_openlibrary_id"),
    }
    for statement in (STANDS_FOR, GOES):
        connection.execute(statement.format(**names).encode())
    if table != "works":
        return 0
    return connection.execute(LINKS_GO.format(**names).encode()).rowcount


def _redirect_merged(connection: psycopg.Connection, table: str) -> None:
    names = {"schema": SCHEMA, "table": table, "merged": MERGED.format(table=table)}
    for statement in (REDIRECTS_GO, REDIRECTS_COME):
        connection.execute(statement.format(**names).encode())


def _link(connection: psycopg.Connection) -> Result:
    rows = connection.execute(LINKS.encode()).rowcount
    rows -= connection.execute(LINKED_TWICE.encode()).rowcount
    connection.execute(f"ANALYZE {SCHEMA}.links".encode())
    return {"rows": rows}


def _analyzed(statement: str, table: str) -> Run:
    def run(connection: psycopg.Connection) -> Result:
        rows = connection.execute(statement.encode()).rowcount
        connection.execute(f"ANALYZE {SCHEMA}.{table}".encode())
        return {"rows": rows}

    return run


def _follow(group: str) -> Step:
    tables = GROUPS[group]
    names = {
        "schema": SCHEMA,
        "group": group,
        "letters": ",".join(LETTERS[table] for table in tables),
        "row_id": row_id("openlibrary_id"),
        "target_id": row_id("target"),
        "most_hops": MOST_HOPS,
        "file": file_of("redirects"),
        "key": key_of("f.openlibrary_id"),
    }

    def run(connection: psycopg.Connection) -> Result:
        def each(statement: str, **more: str) -> int:
            return connection.execute(statement.format(**names, **more).encode()).rowcount

        for table in tables:
            if table != "editions":
                _redirect_merged(connection, table)
        each(NAMED)
        for table in tables:
            each(ALIVE, table=table)
        each("ANALYZE {schema}.named_{group}")
        each(FOLLOWED)
        rows = sum(each(ALIASES, table=table) for table in tables)
        each("ANALYZE {schema}.aliases")
        return {"rows": rows, "refused": each(LOST_REDIRECTS)}

    needs = (*(f"once_{table}" for table in tables), "read_redirects")
    return Step(group, "following redirects", run, needs)


def _find_dangling(connection: psycopg.Connection) -> Result:
    connection.execute(DANGLING.encode())
    connection.execute(f"ANALYZE {SCHEMA}.dangling".encode())
    return {"refused": connection.execute(LOST_EDITIONS.encode()).rowcount}

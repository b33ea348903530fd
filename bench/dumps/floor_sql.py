"""The bare tables of the floor: what any catalog of dumps holds, and the indexes that it needs.

No constraints but keys, no policies, no triggers; a record's id is its number.
"""

from __future__ import annotations

TABLES = {
    "authors": "id bigint, openlibrary_id text, name text",
    "works": "id bigint, openlibrary_id text, title text, first_publish_year smallint",
    "author_works": "work_id bigint, author_id bigint, position smallint",
    "editions": "id bigint, openlibrary_id text, work_id bigint, title text, publish_date text,"
    " publish_year smallint, cover bigint, language text",
    "edition_isbns": "edition_id bigint, isbn text",
}
# What no text holds stands for the quotes; so a backslash is one.
COPY = "COPY {} FROM STDIN (FORMAT csv, DELIMITER E'\\t', QUOTE E'\\x01', ESCAPE E'\\x01', FREEZE)"
INDEXES = (
    "ALTER TABLE authors ADD PRIMARY KEY (id)",
    "CREATE UNIQUE INDEX ON authors (openlibrary_id)",
    "CREATE INDEX ON authors USING gin (to_tsvector('simple', name)) WITH (fastupdate = off)",
    "ALTER TABLE works ADD PRIMARY KEY (id)",
    "CREATE UNIQUE INDEX ON works (openlibrary_id)",
    "CREATE INDEX ON works (lower(left(title, 500)))",
    "CREATE INDEX ON works USING gin (to_tsvector('simple', title)) WITH (fastupdate = off)",
    "ALTER TABLE author_works ADD PRIMARY KEY (author_id, work_id)",
    "CREATE INDEX ON author_works (work_id)",
    "ALTER TABLE editions ADD PRIMARY KEY (id)",
    "CREATE UNIQUE INDEX ON editions (openlibrary_id)",
    "CREATE INDEX ON editions (work_id)",
    "CREATE INDEX ON edition_isbns (isbn)",
    "CREATE INDEX ON edition_isbns (edition_id)",
)
# What a key refuses: a record that stands twice, its newer revision behind.
WITHOUT_DOUBLES = """
    DELETE FROM {table} older USING (
        SELECT id, max(ctid) AS newest FROM {table} GROUP BY id HAVING count(*) > 1
    ) twice WHERE older.id = twice.id AND older.ctid < twice.newest
"""

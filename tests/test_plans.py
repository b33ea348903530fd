"""How PostgreSQL reads for the hot lists, as the web's role, with the statistics of real data.

Each path is called, and each statement that it ran is explained under the same actor. None may
read a big table from end to end, and none may sort more than a page.
"""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.row_security import WEB_ROLE, Actor, acting_as
from tests import factories
from tests.sql import ask, run, value

BIG = {
    "works",
    "editions",
    "authors",
    "author_works",
    "edition_isbns",
    "edition_choices",
    "user_works",
    "user_authors",
}
PAGE = 100
FOLLOWED = 500
"""How many authors a reader follows at most, and so how many of their works' links are looked at."""
CANDIDATES = 2000
"""What a search sorts at most: a thousand that begin with the query, a thousand with its words."""

# The triggers would fill the copied columns row by row; here they are filled at once.
CATALOG = """
INSERT INTO authors (id, name, openlibrary_id)
    SELECT md5('a' || n)::uuid, 'Given' || n % 700 || ' Family' || n % 3000, 'OL' || n || 'A'
    FROM generate_series(1, 10000) AS n;
INSERT INTO works (id, title, openlibrary_id, first_publish_year, publish_year, primary_edition_id)
    SELECT md5('w' || n)::uuid, 'The ' || (ARRAY['love', 'life', 'war'])[1 + n % 3] || ' of word'
        || n % 5000 || ' ' || n, 'OL' || n || 'W', 1900 + n % 120, 1900 + n % 120,
        CASE WHEN n % 3 > 0 THEN md5('e' || n)::uuid END
    FROM generate_series(1, 20000) AS n;
INSERT INTO editions (id, work_id, title, openlibrary_id, publish_year)
    SELECT md5('e' || n)::uuid, md5('w' || 1 + (n - 1) % 20000)::uuid, 'Edition ' || n,
        'OL' || n || 'M', 1950 + n % 70
    FROM generate_series(1, 30000) AS n;
ANALYZE authors, works, editions;
INSERT INTO author_works (author_id, work_id, title_key, publish_year)
    SELECT md5('a' || CASE WHEN n <= 300 THEN 1 ELSE 1 + n % 10000 END)::uuid, w.id, w.title_key,
        w.publish_year
    FROM generate_series(1, 20000) AS n JOIN works w ON w.id = md5('w' || n)::uuid;
ANALYZE author_works;
UPDATE works w SET search_vector = public.work_vector(w.title, a.name)
    FROM author_works aw JOIN authors a ON a.id = aw.author_id WHERE aw.work_id = w.id;
"""
ISBNS = """
INSERT INTO edition_isbns (isbn13, edition_id)
    SELECT isbn, md5('e' || n)::uuid
    FROM unnest(%s::text[]) WITH ORDINALITY AS given(isbn, n)
"""
SHELVES = """
INSERT INTO user_works (user_id, work_id, status, available_in_legimi, title_key, publish_year)
    SELECT u.id, w.id, (ARRAY['to_read', 'in_progress', 'read', 'hidden'])[1 + n %% 4],
        (ARRAY[true, false, NULL])[1 + n %% 3], w.title_key, w.publish_year
    FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place FROM users) u,
        generate_series(1, 5000) AS n JOIN works w ON w.id = md5('w' || n)::uuid
    WHERE u.id = %(reader)s OR n %% 50 = u.place %% 50;
INSERT INTO user_authors (user_id, author_id, name_key)
    SELECT u.id, a.id, public.title_key(a.name)
    FROM users u, generate_series(1, 400) AS n JOIN authors a ON a.id = md5('a' || n)::uuid
    WHERE u.id = %(reader)s OR n %% 4 = 0;
INSERT INTO edition_choices (user_id, work_id, edition_id)
    SELECT u.id, e.work_id, e.id FROM users u,
        generate_series(20001, 20100) AS n JOIN editions e ON e.id = md5('e' || n)::uuid;
UPDATE profiles SET work_count = 5000, author_count = 400 WHERE user_id = %(reader)s
"""
# A transaction cannot vacuum; without this, an index alone seems to be no answer.
VACUUMED = """
SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', relname::text,
    'relpages', relpages, 'reltuples', reltuples, 'relallvisible', relpages)
FROM pg_class WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace
"""
FIRST_WORK = "md5('w1')::uuid"
FIRST_AUTHOR = "md5('a1')::uuid"

SHELF = "/api/user/works"
PATHS = [
    f"{SHELF}?page=1",
    f"{SHELF}?page=200",
    f"{SHELF}?sort=title_asc",
    f"{SHELF}?sort=title_asc&page=200",
    f"{SHELF}?status=read",
    f"{SHELF}?status=read,to_read",
    f"{SHELF}?available=true",
    f"{SHELF}?search=love",
    f"{SHELF}?author_id={{author}}",
    "/api/authors/{author}/works",
    "/api/authors/{author}/works?sort=title_asc",
    "/api/works/{work}",
    "/api/works/{work}/editions",
    "/api/works/search?q=love+word17",
    "/api/works/search?q=the",
    "/api/works/search?q={isbn}",
    "/api/authors/search?q=given17",
    "/api/user/authors",
    "/api/user/authors?sort=created_desc&search=family1",
    "/api/profile",
]
FUNCTIONS = [
    ("search_works", ["the"]),
    ("search_works", ["nothing"]),
    ("search_authors", ["given17", 10]),
]


@pytest.fixture
def shelf(db):
    """A reader with a full shelf, among others, in a catalog with statistics."""
    reader = factories.UserFactory.create_batch(50)[0]
    run("RESET ROLE")
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")
    for table in (*BIG, "profiles"):
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    run(CATALOG)
    run(ISBNS, [[factories.isbn13(n) for n in range(1, 20001)]])
    run(SHELVES, {"reader": reader.pk})
    run(f"ANALYZE {', '.join((*BIG, 'profiles', 'users'))}")
    run(VACUUMED, [sorted(BIG)])
    run(f"SET ROLE {WEB_ROLE}")
    return reader


def test_hot_reads_keep_to_indexes_and_sort_a_page_at_most(api, shelf):
    names = {
        "author": value(f"SELECT {FIRST_AUTHOR}"),
        "work": value(f"SELECT {FIRST_WORK}"),
        "isbn": factories.isbn13(1),
    }
    faults = {path: _faults_of(api(shelf), path.format(**names), shelf) for path in PATHS}
    faults |= {f"{name}({given[0]})": _faults_within(name, given) for name, given in FUNCTIONS}
    wrong = [f"{where}: {fault}" for where, found in faults.items() for fault in found]
    assert not wrong, "\n".join(wrong)


def _faults_of(client, path, reader):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, path
    read = [query["sql"] for query in captured if _reads(query["sql"])]
    assert read, f"{path} reads nothing"
    most = FOLLOWED if "author" in path.partition("/user/")[2] else PAGE
    with acting_as(Actor("user", reader.pk)):
        return [fault for sql in read for fault in _faults(_plan(sql), most)]


def _reads(sql):
    return sql.lstrip().upper().startswith(("SELECT", "WITH")) and "set_config" not in sql


def _faults_within(name, given):
    """Explain what stands inside a function, as the function runs it: its owner, its settings."""
    run("RESET ROLE")
    source, types, names, settings = ask(
        "SELECT prosrc, pg_get_function_arguments(oid), proargnames, proconfig"
        " FROM pg_proc WHERE proname = %s",
        [name],
    )[0]
    for setting in settings:
        run("SELECT set_config(%s, %s, true)", setting.split("=", 1))
    for place, argument in enumerate(names, 1):
        source = re.sub(rf"\b{argument}\b", f"${place}", source)
    kinds = ", ".join(part.split()[1] for part in types.split(", "))
    run(f"PREPARE inside ({kinds}) AS {source}")
    places = ", ".join(["%s"] * len(given))
    faults = _faults(_plan(f"EXECUTE inside ({places})", given), CANDIDATES)
    run("DEALLOCATE inside")
    run("RESET search_path")
    run("RESET enable_seqscan")
    run("RESET plan_cache_mode")
    run(f"SET ROLE {WEB_ROLE}")
    return faults


def _plan(sql, given=None):
    plan = value(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", given)
    return (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]


def _faults(node, most):
    inner = node.get("Plans", [])
    found = [fault for child in inner for fault in _faults(child, most)]
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG:
        found.append(f"reads all of {node['Relation Name']}")
    if node["Node Type"] == "Sort" and inner[0]["Actual Rows"] > most:
        found.append(f"sorts {inner[0]['Actual Rows']:.0f} rows by {node['Sort Key']}")
    return found

"""A file of a dump in the staging tables."""

import gzip
import json
import os
from operator import itemgetter

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from catalog.openlibrary_ids import row_id
from enrichment.dumps import staging
from enrichment.dumps.kinds import Kind
from enrichment.dumps.lines import DumpFileError
from enrichment.dumps.reasons import SENTENCES, Reason
from enrichment.dumps.schema import SCHEMA, STAGING


@pytest.fixture
def conninfo(db):
    return make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])


@pytest.fixture
def server(conninfo):
    """Connect to a database with empty staging tables."""
    with psycopg.connect(conninfo, autocommit=True) as server:
        server.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        server.execute(STAGING)
        yield server
        server.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


@pytest.fixture
def staged(server, conninfo, tmp_path):
    """Give a function that stages lines and tells what came of it."""

    def stage(kind, *lines, cut=None, force=False):
        path = tmp_path / f"ol_dump_{kind}.txt.gz"
        path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), 1)[:cut])
        told = []
        found = staging.stage(kind, path, conninfo, lambda *now: told.append(now), force=force)
        assert told[-1] == (found.bytes_read, found.lines)
        return found

    return stage


def line(kind, record, *, revision=1, changed="2020-01-01T00:00:00.000000"):
    key = record.get("key", "")
    record = {"type": {"key": f"/type/{kind}"}} | record
    return f"/type/{kind}\t{key}\t{revision}\t{changed}\t{json.dumps(record)}"


def rows(server, table):
    return sorted(server.execute(f"SELECT * FROM {SCHEMA}.{table}"))


def author(number, name="x", **about):
    return line("author", {"key": f"/authors/OL{number}A", "name": name}, **about)


def test_authors(staged, server):
    found = staged(Kind.AUTHORS, author(1, "A\\N\tb\0 Ż"), author(2, "x" * 501))
    assert (found.lines, found.rows, found.refused, found.note) == (2, 2, {}, "")
    assert rows(server, "staged_authors") == [
        (1, row_id("OL1A"), "OL1A", "A\\N b Ż"),
        (2, row_id("OL2A"), "OL2A", "x" * 500),
    ]


def test_works_and_editions(staged, server):
    roles = [{"author": {"key": f"/authors/OL{number}A"}} for number in (5, 4, 5)]
    staged(Kind.WORKS, line("work", {"key": "/works/OL1W", "title": "A", "authors": roles}))
    year = {"key": "/works/OL2W", "title": "B", "first_publish_date": "May 1990", "authors": [{}]}
    staged(Kind.WORKS, line("work", year))
    assert rows(server, "staged_works") == [
        (1, row_id("OL1W"), "OL1W", "A", None),
        (1, row_id("OL2W"), "OL2W", "B", 1990),
    ]
    assert sorted(rows(server, "staged_links"), key=itemgetter(2)) == [
        (row_id("OL1W"), row_id("OL5A"), 0),
        (row_id("OL1W"), row_id("OL4A"), 1),
    ]
    edition = {"key": "/books/OL1M", "title": "A", "works": [{"key": "/works/OL1W"}]}
    staged(Kind.EDITIONS, line("edition", edition | {"isbn_10": ["0306406152"]}))
    assert rows(server, "staged_editions") == [
        (1, row_id("OL1M"), "OL1M", row_id("OL1W"), "A", None, None, None, None, None)
    ]
    assert rows(server, "staged_isbns") == [(row_id("OL1M"), "9780306406157", 0)]


def test_refused_lines_and_strays(staged, server):
    redirect = {"key": "/authors/OL8A", "location": "/authors/OL1A"}
    found = staged(
        Kind.AUTHORS,
        author(1),
        "no columns",
        line("redirect", redirect),
        line("delete", {"key": "/authors/OL9A"}),
        line("delete", {"key": "/subjects/x"}),
        line("author", {"key": "/authors/OL7A"}),
        "",
    )
    assert (found.lines, found.rows, found.other) == (7, 1, 1)
    assert found.strays == {Kind.REDIRECTS: 1, Kind.DELETES: 1}
    assert found.refused == {Reason.NOT_FIVE_COLUMNS: 2, Reason.NO_NAME: 1}
    assert rows(server, "staged_redirects") == [(3, "OL8A", "OL1A")]
    assert rows(server, "staged_deletes") == [("OL9A",)]
    assert rows(server, "refused_lines") == [
        ("ol_dump_authors.txt.gz", 2, "not_five_columns", None),
        ("ol_dump_authors.txt.gz", 6, "no_name", "/authors/OL7A"),
        ("ol_dump_authors.txt.gz", 7, "not_five_columns", None),
    ]


@pytest.mark.parametrize(
    ("lines", "kept", "refused"),
    [
        ([("a", 1), ("b", 2)], ["b"], {1: Reason.DUPLICATE_KEY}),
        ([("a", 2), ("b", 2)], ["b"], {1: Reason.DUPLICATE_KEY}),
        ([("a", 10), ("b", 9)], ["a"], {2: Reason.DUPLICATE_KEY}),
        ([("a", 1), ("b", 3), ("c", 2)], ["b"], {1: Reason.DUPLICATE_KEY, 3: Reason.DUPLICATE_KEY}),
        ([("a", "?"), ("b", 0)], ["b"], {1: Reason.DUPLICATE_KEY}),
        ([("a", 1), ("", 2)], [], {1: Reason.DUPLICATE_KEY, 2: Reason.NO_NAME}),
        ([("", 2), ("a", 1)], [], {1: Reason.NO_NAME, 2: Reason.DUPLICATE_KEY}),
        ([("", 1), ("a", 2)], ["a"], {1: Reason.NO_NAME}),
        ([("a", 2), ("", 1)], ["a"], {2: Reason.NO_NAME}),
    ],
)
def test_lines_with_one_key(staged, server, monkeypatch, lines, kept, refused):
    monkeypatch.setattr("enrichment.dumps.lines.BLOCK", 50)
    found = staged(Kind.AUTHORS, *(author(1, name, revision=each) for name, each in lines))
    assert [name for *_, name in rows(server, "staged_authors")] == kept
    assert {number: reason for _, number, reason, _ in rows(server, "refused_lines")} == refused
    assert found.lines == found.rows + sum(found.refused.values())


def test_the_newest_change_is_a_moment_that_has_been(staged):
    moments = ("2019-01-01T00:00:00.5", "2021-03-04 05:06:07.8", "9999-12-31T00:00:00.0", "x")
    found = staged(Kind.AUTHORS, *(author(1 + at, changed=m) for at, m in enumerate(moments)))
    assert found.newest == "2021-03-04 05:06:07.8"
    assert staged(Kind.DELETES).newest is None


def test_a_file_that_is_cut_off_leaves_nothing_unless_that_is_wanted(staged, server):
    lines = [author(number, f"name {number * 7919 % 9999}") for number in range(1, 20_000)]
    with pytest.raises(DumpFileError, match="is broken"):
        staged(Kind.AUTHORS, *lines, cut=-5000)
    assert rows(server, "staged_authors") == []
    found = staged(Kind.AUTHORS, *lines, cut=-5000, force=True)
    assert 0 < found.rows == found.lines < len(lines)
    assert len(rows(server, "staged_authors")) == found.rows
    assert found.note.startswith("ol_dump_authors.txt.gz is broken")


def test_every_reason_has_its_sentence():
    assert SENTENCES.keys() == set(Reason)
    assert all(reason.sentence.endswith(".") for reason in Reason)

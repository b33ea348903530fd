"""Whole loads of dumps: what the catalog has afterwards, from the first one to the next month's."""

import io
import signal
import subprocess
import sys
import time
from copy import deepcopy

import psycopg
import pytest
from django.core.management import CommandError, call_command

from catalog import lifecycle
from catalog.models import Author, AuthorWork, Edition, EditionIsbn, OpenLibraryAlias, Work
from catalog.openlibrary_ids import row_id
from config.row_security import SYSTEM, acting_as
from enrichment.dumps import connections, exchange, first_load, structure
from enrichment.dumps import load as loading
from enrichment.models import DumpLoad
from tests import factories
from tests.enrichment.dumps.dump import author, edition, redirect, work, write
from tests.environment import beside_this_test

pytestmark = pytest.mark.django_db(transaction=True)

COVER = "https://covers.openlibrary.org/b/id/{}-L.jpg"
SOLARIS, LATE, OTHER = "9788308049051", "9780156027601", "9780571311576"
RECORDS = {
    "authors": {
        "OL1A": author("Stanisław Lem"),
        "OL2A": author("Ursula K. Le Guin"),
        "OL4A": b"/type/author\t/authors/OL4A\t1\t2026-09-15T10:00:00\t{broken",
    },
    "works": {
        "OL1W": work("Solaris", "OL1A"),
        "OL2W": work("The Dispossessed", "OL3A", "OL9A", first_publish_date="1974"),
        "OL3W": work("Nobody's", first_publish_date="published 1999 or so"),
        "OL4W": work("  "),
    },
    "editions": {
        "OL1M": edition("Solaris", "OL1W", publish_date="1961", isbn_13=[SOLARIS]),
        "OL2M": edition(
            "Solaris", "OL1W", publish_date="May 2, 1987", covers=[7], isbn_10=["0156027607"],
            languages=[{"key": "/languages/eng"}],
        ),
        "OL3M": edition("Solaris again", "OL7W", isbn_13=[SOLARIS, OTHER]),
        "OL4M": {"title": "Of no work"},
        "OL5M": edition("Of a lost work", "OL99W"),
    },
    "redirects": {
        "OL3A": redirect("/authors/OL5A"),
        "OL5A": redirect("OL2A"),
        "OL7W": redirect("/works/OL1W"),
        "OL8W": redirect("/works/OL9W"),
        "OL9W": redirect("/works/OL8W"),
        "OL6A": redirect("/authors/OL77A"),
    },
}  # fmt: skip
NEXT = deepcopy(RECORDS)
NEXT["authors"] |= {"OL2A": author("Ursula Le Guin"), "OL8A": author("New Author")}
NEXT["works"] |= {"OL5W": work("A new one", "OL8A"), "OL1W": work("Solaris (new)", "OL1A", "OL8A")}
NEXT["works"].pop("OL3W")
NEXT["editions"] |= {
    "OL2M": edition("Solaris", "OL1W", publish_date="1987"),
    "OL6M": edition("A new one", "OL5W", isbn_13=[OTHER]),
}
FEWER = {kind: dict(list(kinds.items())[:1]) for kind, kinds in RECORDS.items()}


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "dump", RECORDS)


def load(folder, *options):
    out = io.StringIO()
    call_command("import_openlibrary_dump", str(folder), *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def rows(model, *columns):
    with acting_as(SYSTEM):
        return sorted(model.objects.values_list(*columns), key=str)


def rows_of(model):
    with acting_as(SYSTEM):
        return list(model.objects.all())


def tables():
    """Everything that a load writes, but for the times."""
    return {
        "authors": rows(Author, "openlibrary_id", "id", "name"),
        "works": rows(
            Work, "openlibrary_id", "id", "title", "publish_year", "listed", "search_vector",
            "primary_edition__openlibrary_id",
        ),
        "editions": rows(
            Edition, "openlibrary_id", "id", "work_id", "title", "publish_year", "publish_date",
            "publish_date_raw", "isbn13", "cover_url", "language",
        ),
        "isbns": rows(EditionIsbn, "isbn13", "edition_id"),
        "links": rows(AuthorWork, "author_id", "work_id", "position", "title_key", "publish_year"),
        "aliases": rows(OpenLibraryAlias, "openlibrary_id", "target"),
    }  # fmt: skip


def one(model, openlibrary_id):
    with acting_as(SYSTEM):
        return model.objects.get(openlibrary_id=openlibrary_id)


def shape():
    """Everything that PostgreSQL knows of the tables' structure."""
    with psycopg.connect(connections.conninfo()) as owner:
        return [
            *(structure.indexes(owner, table) for table in first_load.TABLES),
            structure.foreign_keys(owner, first_load.TABLES),
            *(structure.triggers(owner, table) for table in first_load.TABLES),
            structure.policies(owner, first_load.TABLES),
            structure.rights(owner, first_load.TABLES),
            owner.execute(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated"
                " FROM pg_constraint WHERE contype IN ('c', 'n', 'f') ORDER BY 1, 2"
            ).fetchall(),
            owner.execute(
                "SELECT relname, relrowsecurity, relpersistence FROM pg_class c JOIN pg_namespace n"
                " ON n.oid = relnamespace WHERE nspname = 'public' ORDER BY 1"
            ).fetchall(),
        ]


def _of_a_book(isbn13):
    """Finalize a submitted book; gives the edition that the catalog has of it."""
    book = factories.BookFactory(isbn13=isbn13, title="From a book", authors=["A Publisher's"])
    with acting_as(SYSTEM):
        return lifecycle.finalize(book).edition


def test_a_first_load(folder, reader):
    mine = factories.WorkFactory(owner_user=reader, title="My own")
    shelf = factories.UserWorkFactory(user=reader, work=mine)
    held = _of_a_book(OTHER)
    before = shape()
    told = load(folder)
    assert shape() == before
    assert held in rows_of(Edition)
    assert one(Author, "OL2A").pk == row_id("OL2A")
    solaris = one(Work, "OL1W")
    assert (solaris.publish_year, solaris.primary_edition.openlibrary_id) == (1987, "OL2M")
    assert one(Work, "OL2W").publish_year == 1974
    assert one(Work, "OL3W").publish_year == 1999
    better = one(Edition, "OL2M")
    assert (better.isbn13, better.cover_url, better.language) == (LATE, COVER.format(7), "en")
    assert str(better.publish_date) == "1987-05-02"
    moved = one(Edition, "OL3M")
    # The one ISBN is an older edition's, the other a submitted book's: it is found by both.
    assert (moved.work_id, moved.isbn13) == (solaris.pk, None)
    assert {isbn for isbn, pk in rows(EditionIsbn, "isbn13", "edition_id") if pk == moved.pk} == {
        SOLARIS,
        OTHER,
    }
    assert rows(OpenLibraryAlias, "openlibrary_id", "target") == [
        ("OL3A", "OL2A"),
        ("OL5A", "OL2A"),
        ("OL7W", "OL1W"),
    ]
    links = rows(AuthorWork, "work__openlibrary_id", "author__openlibrary_id", "position")
    assert ("OL2W", "OL2A", 0) in links
    with acting_as(SYSTEM):
        shelf.refresh_from_db()
        assert Work.objects.filter(search_vector="lem").get() == solaris
    assert shelf.work_id == mine.pk
    assert "1  The edition names no work." in told
    refused = (folder / "refused_lines.tsv").read_text().splitlines()
    editions = "ol_dump_editions_2026-09-30.txt.gz"
    assert f"{editions}\t4\tno_work\t/books/OL4M" in refused
    assert f"{editions}\t5\tdangling_work\t/books/OL5M" in refused
    reasons = {line.split("\t")[2] for line in refused[1:]}
    assert reasons >= {"not_json", "no_title", "redirect_cycle", "redirect_dangling"}
    with acting_as(SYSTEM):
        kept = DumpLoad.objects.get()
    assert (kept.status, kept.way, kept.changes["works"]) == ("succeeded", "first", {"added": 3})
    _changes_nothing(folder)


def _changes_nothing(folder):
    before = tables()
    assert "no row was changed" in load(folder)
    assert tables() == before


def test_a_newer_dump(folder, reader):
    load(folder)
    _is_refused(write(folder, FEWER, "2026-10-31"), "had")
    _is_refused(write(folder, FEWER, "2026-08-31"), "has that of")
    gone = one(Work, "OL3W")
    shelf = factories.UserWorkFactory(user=reader, work=one(Work, "OL1W"))
    factories.UserWorkFactory(user=reader, work=gone)
    before = tables()
    load(write(folder, NEXT, "2026-10-31"), "--dry-run")
    assert tables() == before
    load(folder)
    with acting_as(SYSTEM):
        shelf.refresh_from_db()
        gone.refresh_from_db()
    assert shelf.title_key == "solaris (new)"
    assert (gone.ol_gone_at is not None, gone.listed) == (True, False)
    assert one(Author, "OL2A").name == "Ursula Le Guin"
    words = one(Work, "OL2W").search_vector
    assert "'ursula'" in words
    assert "'k'" not in words
    # What the newer record does not say stays; a date is one statement.
    edition = one(Edition, "OL2M")
    assert (edition.cover_url, edition.isbn13) == (COVER.format(7), LATE)
    assert (edition.publish_date, edition.publish_date_raw) == (None, "1987")
    # The ISBN is in the hands of the one that had it.
    assert one(Edition, "OL3M").isbn13 == OTHER
    assert one(Edition, "OL6M").isbn13 is None
    assert one(Work, "OL5W").primary_edition.openlibrary_id == "OL6M"
    links = rows(AuthorWork, "work__openlibrary_id", "author__openlibrary_id", "position")
    assert links[:2] == [("OL1W", "OL1A", 0), ("OL1W", "OL8A", 1)]
    _changes_nothing(folder)
    back = write(folder, RECORDS, "2026-11-30")
    load(back, "--force")
    with acting_as(SYSTEM):
        gone.refresh_from_db()
    assert (gone.ol_gone_at, gone.listed) == (None, True)


def _is_refused(folder, told):
    """A dump that shrank, or that is older than what was loaded."""
    errors = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_openlibrary_dump", str(folder), stderr=errors)
    assert told in errors.getvalue()


def test_rows_of_before_keep_their_ids_and_what_is_newer_stays(folder, reader):
    odd = factories.WorkFactory(openlibrary_id="OL1W", title="Solaris (old)")
    newer = factories.AuthorFactory(
        openlibrary_id="OL2A", name="Le Guin", ol_fetched_at="2026-10-10T00:00:00Z"
    )
    load(folder)
    assert one(Work, "OL1W").pk == odd.pk
    assert one(Work, "OL1W").title == "Solaris"
    assert (one(Author, "OL2A").pk, one(Author, "OL2A").name) == (newer.pk, "Le Guin")
    assert one(Edition, "OL3M").work_id == odd.pk
    assert "no row was changed" in load(folder)


def test_a_dry_run_writes_nothing(folder):
    told = load(folder, "--dry-run")
    assert "would be" in told
    # Of five editions one has no work, and one a work that nobody has.
    assert [line.split()[1] for line in told.splitlines() if line.startswith("editions")] == ["3"]
    assert rows(Work, "id") == []


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda f: f.write_bytes(f.read_bytes()[:-30]), "cannot be read"),
        (lambda f: f.write_bytes(b"<html>Not today</html>"), "web page"),
        (lambda f: f.write_bytes(b""), "is empty"),
        (lambda f: f.rename(f.with_name("ol_dump_works_2026-08-31.txt.gz")), "several dumps"),
        (lambda f: f.unlink(), "no file of works"),
    ],
    ids=["truncated", "HTML", "empty", "another date", "missing"],
)
def test_files_that_cannot_be_right_touch_nothing(folder, spoil, told):
    spoil(folder / "ol_dump_works_2026-09-30.txt.gz")
    errors = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("import_openlibrary_dump", str(folder), stderr=errors, stdout=io.StringIO())
    assert refused.value.returncode == 2
    assert told in errors.getvalue() + str(refused.value)
    assert rows(Author, "id") == []


@pytest.mark.parametrize("records", [RECORDS, NEXT], ids=["first", "next"])
def test_a_load_that_is_cut_off_goes_on(folder, monkeypatch, records):
    if records is NEXT:
        load(folder)
        write(folder, NEXT, "2026-10-31")
    else:
        load(folder)
        undisturbed = tables()
        _empty()
    at = exchange if records is RECORDS else loading.apply
    name = "_put_in_place" if records is RECORDS else "_apply"
    before = tables()
    with monkeypatch.context() as patch:
        patch.setattr(at, name, _cut_off)
        with pytest.raises(CommandError, match="Run the same command again"):
            load(folder)
    assert tables() == before
    told = load(folder)
    assert "Going on with a load" in told
    if records is RECORDS:
        assert tables() == undisturbed
    else:
        assert "no row was changed" in load(folder)


def _cut_off(*_args):
    raise psycopg.OperationalError("the server is gone")


def _empty():
    with psycopg.connect(connections.conninfo()) as owner:
        tables = ", ".join(f"public.{table}" for table in first_load.TABLES)
        owner.execute(f"TRUNCATE {tables}, public.dump_loads CASCADE")


def test_a_killed_load_leaves_the_catalog_as_it_was(folder):
    command = [sys.executable, "manage.py", "import_openlibrary_dump", str(folder)]
    process = subprocess.Popen(command, env=beside_this_test(), stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "reading works" in line:
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert rows(Author, "id") == []
    _wait_until_the_server_knows()
    load(folder)
    assert len(rows(Work, "id")) == 3


def _wait_until_the_server_knows():
    held = "SELECT FROM pg_locks WHERE locktype = 'advisory'"
    with psycopg.connect(connections.conninfo(), autocommit=True) as owner:
        for _ in range(200):
            if not owner.execute(held).rowcount:
                return
            time.sleep(0.05)
    raise AssertionError("The killed load still has its lock.")


def test_two_loads_at_once_are_refused(folder):
    with connections.only_one(), pytest.raises(CommandError, match="Another load"):
        load(folder)

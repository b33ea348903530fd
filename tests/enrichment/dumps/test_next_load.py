"""What comes in the way of a month's load: broken lines, books, and rows that are newer."""

import io
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Author, Edition, Work
from config.row_security import SYSTEM, acting_as
from enrichment.dumps import exchange, state, structure
from enrichment.dumps import load as loading
from enrichment.dumps.connections import connect
from tests import factories
from tests.enrichment.dumps.dump import edition, work, write
from tests.enrichment.dumps.test_load import NEXT, RECORDS, _cut_off, _of_a_book, load, one, rows

pytestmark = pytest.mark.django_db(transaction=True)

SOLD, BROUGHT = "9780306406157", "9781402894626"


@pytest.fixture
def folder(tmp_path):
    first = deepcopy(RECORDS)
    first["editions"]["OL7M"] = edition("Nobody's", "OL3W", isbn_13=[SOLD])
    return write(tmp_path / "dump", first)


def test_only_what_upstream_has_no_more_is_gone(folder):
    load(folder)
    _of_a_book(SOLD)
    newer = deepcopy(NEXT)
    newer["works"]["OL1W"] = b"/type/work\t/works/OL1W\t2\t2026-10-15T10:00:00\t{broken"
    newer["editions"]["OL2M"] = {"title": "Of no work by now"}
    newer["editions"]["OL3M"] = edition("Solaris again", "OL7W", isbn_13=[BROUGHT])
    load(write(folder, newer, "2026-10-31"))
    with acting_as(SYSTEM):
        gone = Work.objects.filter(ol_gone_at__isnull=False).get()
    # A publisher sells an edition of it: whoever searches finds it.
    assert (gone.openlibrary_id, gone.listed) == ("OL3W", True)
    assert one(Edition, "OL2M").ol_gone_at is None
    # Its work cannot be read, so the record is put aside as a whole.
    assert one(Edition, "OL3M").isbns.count() == 2


def test_what_came_since_a_load_was_cut_off_stays(folder, monkeypatch):
    load(folder)
    elsewhere = one(Work, "OL2W")
    factories.EditionFactory(
        openlibrary_id="OL6M", work=elsewhere, isbn13=None, ol_fetched_at="2026-11-10T00:00:00Z"
    )
    newer = deepcopy(NEXT)
    newer["editions"]["OL8M"] = edition("Solaris", "OL1W", isbn_13=[BROUGHT])
    newer["editions"]["OL1M"] |= {"isbn_13": [BROUGHT]}
    write(folder, newer, "2026-10-31")
    with monkeypatch.context() as patch:
        patch.setattr(loading.apply, "_apply", _cut_off)
        with pytest.raises(CommandError):
            load(folder)
    held = _of_a_book(BROUGHT)
    with acting_as(SYSTEM):
        Author.objects.filter(openlibrary_id="OL2A").update(
            name="Fetched since", ol_fetched_at="2026-11-10T00:00:00Z"
        )
    assert "Going on with a load" in load(folder)
    assert [pk for isbn, pk in rows(Edition, "isbn13", "id") if isbn == BROUGHT] == [held.pk]
    assert one(Author, "OL2A").name == "Fetched since"
    assert one(Edition, "OL6M").work_id == elsewhere.pk
    assert one(Work, "OL5W").primary_edition is None


def test_a_file_that_was_cut_off_takes_nothing_away(folder):
    load(folder)
    fewer = deepcopy(RECORDS)
    fewer["works"] = {f"OL{number}W": work(f"Number {number}") for number in range(5, 4000)}
    path = write(folder, fewer, "2026-10-31") / "ol_dump_works_2026-10-31.txt.gz"
    path.write_bytes(path.read_bytes()[:-100])
    errors = io.StringIO()
    call_command(
        "import_openlibrary_dump", str(folder), "--force", stdout=io.StringIO(), stderr=errors
    )
    assert "is broken" in errors.getvalue()
    gone = rows(Work, "openlibrary_id", "ol_gone_at")
    assert {moment for _, moment in gone} == {None}


def test_a_crash_of_the_server_is_noticed():
    with connect() as connection:
        state.begin(connection, {}, "first", datetime.now(UTC))
        assert state.begun(connection)
        connection.execute("TRUNCATE openlibrary_load.not_crashed")
        assert state.begun(connection) is None
        state.forget(connection)


def test_an_exchange_locks_all_that_it_will_touch():
    with connect() as connection:
        tables = set(structure.neighbours(connection, exchange.TABLES))
    assert tables >= {"public.works", "public.user_works", "public.books", "public.users"}

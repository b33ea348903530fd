"""`import_books --dry-run`: the same is told, and nothing is written."""

import csv
import io

import pytest

from enrichment.book_import import batching
from tests import factories
from tests.enrichment.import_books.files import (
    as_csv,
    as_lines,
    book,
    loaded,
    row,
    row_counts,
)
from tests.factories import isbn13

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


class TestDryRun:
    def test_nothing_is_written_and_the_same_is_told(self, load, acme, monkeypatch):
        monkeypatch.setattr(batching, "ROWS_A_BATCH", 10)
        factories.BookFactory(isbn13=isbn13(1), publisher=acme)
        factories.BookFactory(isbn13=isbn13(2))
        content = as_lines(
            *(book(n, genres=[f"New {n}"]) for n in (1, 1, 2, 3, 3)),
            book(4, price=None),
            *(book(n) for n in range(5, 15)),
            book(3),
        )
        before = row_counts()

        dry = load(content, "--dry-run", "--finalize", name="books.jsonl")

        assert row_counts() == before
        wet = load(content, "--finalize", name="books.jsonl")
        assert dry.code == wet.code == 1
        assert dry.message == wet.message
        assert _figures(dry.out.replace("would be ", "")) == _figures(wet.out)

    def test_the_database_itself_refuses_to_write(self, load, monkeypatch):
        from enrichment.book_import import BookImport, DryRun

        monkeypatch.setattr(DryRun, "_create", BookImport._create)
        with pytest.raises(Exception, match="read-only transaction"):
            load(as_csv(row()), "--dry-run")

    def test_refusals_are_written_to_their_file(self, load, tmp_path):
        load("title,author,isbn,price\nx,y,z,1\n", "--dry-run", "--refused", str(tmp_path / "r"))
        assert "Not a valid ISBN" in (tmp_path / "r").read_text()


def test_a_thousand_real_books(load, shared_data, tmp_path):
    """Seven are older than the calendar of publishedDate (Homer and others).

    All are checked, and some are written, too.
    """
    content = (shared_data / "books" / "books-1000.csv").read_bytes()
    some = list(csv.reader(io.StringIO(content.decode(), newline="")))[:201]
    written = io.StringIO()
    csv.writer(written).writerows(some)

    first = load(written.getvalue())
    checked = load(content, "--dry-run", "--refused", str(tmp_path / "refused.csv"))

    made = len(loaded())
    assert 193 <= made <= 200
    assert checked.message == "7 of 1,000 rows are refused."
    assert f"{made}  created" in first.out
    assert f"{made}  already there" in checked.out
    assert f"{993 - made}  would be created" in checked.out
    with (tmp_path / "refused.csv").open(newline="") as stream:
        assert {refusal["reason"].partition(":")[0] for refusal in csv.DictReader(stream)} == {
            "publishedDate"
        }


def _figures(out):
    """Take the lines of the summary, without the time that it took, and without columns."""
    return [line.split() for line in out.splitlines() if "rows in" not in line]

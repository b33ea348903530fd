"""`import_books` from the command line to the rows: what goes in, and what a second time adds."""

import gzip
import sys
from decimal import Decimal

import pytest
from auditlog.models import LogEntry

from catalog.models import Author, Book, Edition
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.enrichment.import_books.files import (
    HEADER,
    as_csv,
    as_lines,
    book,
    call,
    loaded,
    row,
    row_counts,
)
from tests.factories import isbn13

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


class TestLoading:
    def test_a_row_becomes_a_pending_book_of_the_publisher(self, load, acme):
        content = as_csv(
            '"Good, Omens",Terry Pratchett; Neil Gaiman,0-306-40615-2,29.90,EUR,"Two\nlines",en-gb,'
            "1990-05-01,https://cdn.bookhub.com/a.jpg;https://cdn.bookhub.com/b.jpg,"
            "Fantasy; Humor,Ebook",
            header=f"{HEADER},currency,description,language,publishedDate,coverImages,genres,"
            "bookFormat",
        )

        result = load(content)

        assert (result.code, result.err) == (0, "")
        (made,) = loaded()
        assert made.publisher_id == acme.pk
        assert (made.title, made.status) == ("Good, Omens", "PENDING")
        assert made.authors == ["Terry Pratchett", "Neil Gaiman"]
        assert made.isbn13 == "9780306406157"
        assert (made.price, made.currency) == (Decimal("29.90"), "EUR")
        assert made.description == "Two\nlines"
        assert made.language == "en-GB"
        assert str(made.published_date) == "1990-05-01"
        assert made.cover_images == [
            "https://cdn.bookhub.com/a.jpg",
            "https://cdn.bookhub.com/b.jpg",
        ]
        assert made.book_format == "Ebook"
        with acting_as(SYSTEM):
            assert [tag.genre.name for tag in made.book_genres.all()] == ["Fantasy", "Humor"]

    def test_json_lines_are_the_api_request_bodies(self, load):
        content = as_lines(book(1, genres=["Poetry"], bookFormat="Paperback"), book(2, price=5))

        result = load(content + "\n\n", name="books.jsonl")

        assert result.code == 0
        assert [made.title for made in loaded()] == ["Book 1", "Book 2"]

    def test_finalize_places_the_books_in_the_catalog(self, load):
        assert load(as_csv(row(1), row(2)), "--finalize").code == 0

        assert {made.status for made in loaded()} == {"ACTIVE"}
        with acting_as(SYSTEM):
            assert set(Edition.objects.values_list("isbn13", flat=True)) == {isbn13(1), isbn13(2)}
            assert Author.objects.count() == 2

    def test_each_change_is_in_the_audit_trail_under_one_request_id(self, load):
        load(as_csv(row(1), row(2)), "--finalize")

        with acting_as(SYSTEM):
            entries = LogEntry.objects.filter(
                object_id__isnull=True, object_repr__startswith="Book"
            )
            assert entries.count() == 4
            (cid,) = set(entries.values_list("cid", flat=True))
        assert cid.startswith("import_books.")

    @pytest.mark.parametrize(
        ("name", "options"),
        [
            ("books.csv.gz", []),
            ("BOOKS.CSV.GZ", []),
            ("no-ending", ["--format", "csv"]),
        ],
    )
    def test_gzip_is_known_by_its_content(self, name, options, load):
        assert load(gzip.compress(as_csv(row()).encode()), *options, name=name).code == 0
        assert len(loaded()) == 1

    def test_standard_input(self, acme, monkeypatch, tmp_path):
        file = tmp_path / "anything"
        file.write_text(as_lines(book()))
        with file.open() as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            result = call("-", "--format", "jsonl", "--publisher", "Acme")
        assert result.code == 0
        assert len(loaded()) == 1

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param("\ufeff" + as_csv(row()), id="BOM"),
            pytest.param(as_csv(row()).replace("\r\n", "\n"), id="unix line ends"),
            pytest.param(as_csv(row()).rstrip(), id="no last line end"),
            pytest.param(as_csv(row()).replace(",", ";"), id="semicolons"),
            pytest.param(as_csv(row()).replace(",", "\t"), id="tabs"),
            pytest.param(as_csv(row(), header=" TITLE ,Author,isbn , Price"), id="header's case"),
            pytest.param(as_csv(row(), "", ",,,", " "), id="rows of nothing"),
        ],
    )
    def test_shapes_of_csv(self, content, load):
        assert (load(content).code, len(loaded())) == (0, 1)

    def test_unknown_columns_are_told_once(self, load):
        result = load(as_csv(row(1) + ",x,y", row(2) + ",x,y", header=HEADER + ",Colour,"))

        assert result.code == 0
        assert result.err.count("Colour") == 1
        assert "column 6, without a name" in result.err

    def test_unknown_names_in_json_are_told_once(self, load):
        result = load(as_lines(book(1, colour=1), book(2, colour=2)), name="books.jsonl")
        assert (result.code, result.err.count("colour")) == (0, 1)

    def test_the_summary_counts(self, load):
        load(as_csv(row(1)))
        result = load(as_csv(row(1), row(2), "x,y,z,1"), "--finalize")
        counts = {
            line.split(maxsplit=1)[1].split("  ")[0]: int(line.split()[0])
            for line in result.out.splitlines()
            if line.strip()[:1].isdigit() and "rows in" not in line
        }
        assert counts == {"created": 1, "finalized": 2, "already there": 1, "refused": 1, "isbn": 1}


class TestAgain:
    def test_the_same_file_again_changes_nothing(self, load):
        content = as_csv(row(1), row(2))
        load(content)
        before = row_counts()

        result = load(content)

        assert result.code == 0
        assert "2  already there" in result.out
        assert row_counts() == before

    def test_finalize_later_finalizes_what_is_pending(self, load):
        load(as_csv(row(1)))
        result = load(as_csv(row(1)), "--finalize")
        assert result.code == 0
        assert loaded()[0].status == "ACTIVE"

        again = load(as_csv(row(1)), "--finalize")
        assert "0  finalized" in again.out

    def test_an_isbn_twice_in_the_file_is_already_there(self, load):
        result = load(as_csv(row(1), row(1, title="Other"), row(1)), "--finalize")
        assert result.code == 0
        assert [made.title for made in loaded()] == ["Book 1"]
        assert "2  already there" in result.out

    def test_another_publishers_isbn_is_refused(self, load):
        factories.BookFactory(isbn13=isbn13(1))
        result = load(as_csv(row(1), row(2)))
        assert result.code == 1
        assert "line 2: isbn: A book of another submitter has this ISBN already." in result.out
        assert len(loaded(publisher__name="Acme")) == 1

    def test_a_members_isbn_is_refused(self, load, reader):
        factories.BookFactory(isbn13=isbn13(1), publisher=None, created_by=reader)
        assert load(as_csv(row(1)), "--finalize").code == 1
        assert loaded()[0].status == "PENDING"

    def test_a_deleted_book_stays_deleted(self, load, acme):
        load(as_csv(row(1)), "--finalize")
        with acting_as(SYSTEM):
            Book.objects.update(status="INACTIVE")
        assert load(as_csv(row(1)), "--finalize").code == 0
        assert loaded()[0].status == "INACTIVE"

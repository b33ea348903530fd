"""`import_books` from the command line to the rows: what goes in, what is refused, and why."""

import csv
import gzip
import io
import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from catalog.models import Author, Book, Edition, Genre
from config.row_security import SYSTEM, acting_as
from enrichment.book_import import batching
from tests import factories
from tests.enrichment.book_files.onix_messages import message, product, supply
from tests.environment import beside_this_test
from tests.factories import isbn13

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
PROJECT = Path(__file__).resolve().parents[2]
HEADER = "title,author,isbn,price"
MEBIBYTE = 1024 * 1024
ROWS = 410
"""Of a load that is killed: two batches, and some rows more."""


@pytest.fixture
def acme(db):
    return factories.PublisherFactory(name="Acme")


@pytest.fixture
def load(tmp_path, acme):
    """Give `load(content, *options, name="books.csv")`: its exit code, `out`, `err`, `refused`."""

    def run(content, *options, name="books.csv", publisher="Acme"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return call(str(file), "--publisher", publisher, *options)

    return run


def call(*arguments):
    out, err = io.StringIO(), io.StringIO()
    code, message = 0, ""
    try:
        call_command("import_books", *arguments, stdout=out, stderr=err)
    except CommandError as exc:
        code, message = exc.returncode, str(exc)
    return SimpleNamespace(code=code, message=message, out=out.getvalue(), err=err.getvalue())


def book(number=1, **fields):
    return {
        "title": f"Book {number}",
        "author": f"Author {number}",
        "isbn": isbn13(number),
        "price": 9.99,
    } | fields


def as_lines(*books):
    return "".join(json.dumps(one) + "\n" for one in books)


def as_csv(*rows, header=HEADER):
    return "\r\n".join([header, *rows]) + "\r\n"


def row(number=1, title=None):
    return f"{title or f'Book {number}'},Author {number},{isbn13(number)},9.99"


def loaded(**filters):
    with acting_as(SYSTEM):
        return list(Book.objects.filter(**filters).order_by("isbn13"))


def refusals(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


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
        before = _row_counts()

        result = load(content)

        assert result.code == 0
        assert "2  already there" in result.out
        assert _row_counts() == before

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


BAD_FIELDS = [
    ("title", {"title": ""}, "blank"),
    ("title", {"title": "x" * 501}, "500"),
    ("title", {"title": 5}, "valid string"),
    ("title", {"title": "a\x00b"}, "Control"),
    ("author", {"author": "A;;B"}, "Name each author"),
    ("author", {"author": "x" * 301}, "300"),
    ("isbn", {"isbn": "9780306406158"}, "Not a valid ISBN"),
    ("isbn", {"isbn": "9.78E+12"}, "Not a valid ISBN"),
    ("price", {"price": "9.99"}, "valid number"),
    ("price", {"price": -1}, "greater than"),
    ("price", {"price": 9.999}, "decimal places"),
    ("price", {"price": 10_000_000}, "digits"),
    ("price", {"price": True}, "valid number"),
    ("currency", {"currency": "EURO"}, "currency code"),
    ("currency", {"currency": "usd"}, "such as"),
    ("description", {"description": "x" * 10_001}, "10000"),
    ("description", {"description": "x" * MEBIBYTE}, "10000"),
    ("language", {"language": "englisch!"}, "language tag"),
    ("publishedDate", {"publishedDate": "01.02.2020"}, "Must be a date"),
    ("publishedDate", {"publishedDate": "-720-01-01"}, "Must be a date"),
    ("coverImages[0]", {"coverImages": ["http://cdn.bookhub.com/a.jpg"]}, "https"),
    ("coverImages[1]", {"coverImages": ["https://cdn.bookhub.com/a", "https://x.org/a"]}, "https"),
    ("coverImages", {"coverImages": ["https://cdn.bookhub.com/a"] * 11}, "10"),
    ("genres[0]", {"genres": ["x" * 101]}, "100"),
    ("genres", {"genres": ["g"] * 21}, "20"),
    ("genres", {"genres": "Poetry"}, "list"),
    ("bookFormat", {"bookFormat": "Scroll"}, "Must be one of"),
]
BAD_LINES = [
    ("{", "Not valid JSON"),
    ("[1]", "must be a JSON object"),
    ("null", "must be a JSON object"),
    ('"text"', "must be a JSON object"),
    ('{"title": "a", "title": "b"}', '"title" is given twice'),
    ('{"price": NaN}', "NaN is no JSON"),
    ('{"price": ' + "9" * 5000 + "}", "digits"),
    ('{"title": "a\x00b"}', "Not valid JSON"),
    (json.dumps(book(author="half \ud83d")), "lone surrogate"),
    (json.dumps(book(unknown="half \udc00")), "lone surrogate"),
    ("[" * 100_000, "nested too deeply"),
    ("x" * (3 * MEBIBYTE), "longer than"),
]


class TestRefusals:
    @pytest.mark.parametrize(
        ("field", "fields", "message"), BAD_FIELDS, ids=[f"{f}-{m}" for f, _, m in BAD_FIELDS]
    )
    def test_each_rule_of_the_api_holds(self, field, fields, message, load, tmp_path):
        content = as_lines(book(1), book(2, **fields), book(3))

        result = load(content, "--refused", str(tmp_path / "refused"), name="books.jsonl")

        assert result.code == 1
        assert result.message == "1 of 3 rows are refused."
        assert [made.title for made in loaded()] == ["Book 1", "Book 3"]
        (refusal,) = refusals(tmp_path / "refused")
        assert refusal["line"] == 2
        assert refusal["row"] == book(2, **fields)
        (detail,) = refusal["reason"]
        assert detail["field"] == field
        assert message in detail["message"]

    @pytest.mark.parametrize(("line", "message"), BAD_LINES, ids=[m for _, m in BAD_LINES])
    def test_each_broken_line_is_refused_alone(self, line, message, load, tmp_path):
        content = f"{as_lines(book(1))}{line}\n{as_lines(book(3))}"

        result = load(content, "--refused", str(tmp_path / "refused"), name="books.jsonl")

        assert result.code == 1
        assert len(loaded()) == 2
        (refusal,) = refusals(tmp_path / "refused")
        assert (refusal["line"], refusal["reason"][0]["field"]) == (2, "row")
        assert message in refusal["reason"][0]["message"]

    @pytest.mark.parametrize(
        ("bad", "reason"),
        [
            (f"Too many,A,{isbn13(2)},1,x", "row: 5 cells, where the header has 4."),
            ("Too few,A", "row: 2 cells, where the header has 4."),
            (f'"Quo"te,A,{isbn13(2)},1', "row: Not valid CSV"),
            (f'"Never closed,A,{isbn13(2)},1', "row: Not valid CSV: unexpected end of data."),
            (f"Comma,A,{isbn13(2)},1e3", "price: A valid number is required."),
            (f"Nul\x00,A,{isbn13(2)},1", "title: Control characters are not allowed."),
            (f"{'x' * MEBIBYTE},A,{isbn13(2)},1", "title: Ensure this field has no more than 500"),
            (f"{'x' * 3 * MEBIBYTE},A,{isbn13(2)},1", "row: Not valid CSV: longer than"),
        ],
    )
    def test_a_bad_csv_row_is_refused_alone(self, bad, reason, load, tmp_path):
        result = load(as_csv(row(1), bad, row(3)), "--refused", str(tmp_path / "refused"))

        assert result.code == 1
        assert [made.title for made in loaded()] == ["Book 1", "Book 3"]
        with (tmp_path / "refused").open(newline="") as stream:
            header, refusal = csv.reader(stream)
        assert header == ["line", "reason", *HEADER.split(",")]
        assert refusal[0] == "3"
        assert reason in refusal[1]

    def test_a_refused_file_can_be_mended_and_loaded(self, load, tmp_path):
        refused = tmp_path / "refused.csv"
        odd = "=1+1", "'=x", "-minus", "@at", "plain"
        bad = as_csv(*(f"{title},A,wrong,9.99" for title in odd))
        assert load(bad, "--refused", str(refused)).code == 1
        text = refused.read_text()
        assert "'=1+1" in text
        assert "''=x" in text

        for number in range(len(odd)):
            text = text.replace("wrong", isbn13(number), 1)
        result = load(text, "--refused", str(tmp_path / "again.csv"), name="mended.csv")

        assert (result.code, result.err) == (0, "")
        assert sorted(made.title for made in loaded()) == sorted(odd)
        assert (tmp_path / "again.csv").read_text() == f"line,reason,{HEADER}\n"

    def test_refused_json_lines_can_be_mended_and_loaded(self, load, tmp_path):
        refused = tmp_path / "refused.jsonl"
        load(as_lines(book(1, isbn="wrong")), "--refused", str(refused), name="books.jsonl")

        mended = refused.read_text().replace("wrong", isbn13(1))

        assert load(mended, name="mended.jsonl").code == 0
        assert loaded()[0].title == "Book 1"

    def test_without_a_file_the_first_twenty_are_printed(self, load):
        result = load(as_csv(*(f"T,A,x{n},1" for n in range(30))))
        assert result.out.count("isbn: Not a valid ISBN") == 20
        assert "30    isbn" in result.out

    def test_what_a_terminal_would_obey_is_shown_as_text(self, load):
        result = load(as_lines(book(**{"\x1b[2J": "no field"})), name="books.jsonl")
        assert "\x1b" not in result.err
        assert r"\x1b[2J" in result.err


class TestMessages:
    """ONIX and MARC, whose records are mapped (tests/enrichment/book_files has each field)."""

    def test_a_message_brings_changes_and_takes_away(self, load):
        load(as_csv(row(1), row(2)))
        result = load(
            message(
                product("03", isbn13(3)),
                product("04", isbn13(1)),
                product("05", isbn13(2), detail=None),
            ),
            name="message.xml",
        )
        assert (result.code, result.err) == (0, "")
        assert [made.isbn13 for made in loaded()] == sorted([isbn13(1), isbn13(3)])
        assert {made.title for made in loaded()} == {"Emma"}
        for done in ("1  created", "1  updated", "1  deleted"):
            assert done in result.out

    def test_what_is_refused_can_be_mended_and_loaded(self, load, tmp_path):
        refused = tmp_path / "refused.jsonl"
        load(as_csv(row(2)))
        content = message(
            product(isbn=isbn13(1), supplied=""), product("04", isbn13(2), supplied=supply())
        )
        result = load(content, "--refused", str(refused), name="message.xml")
        assert result.message == "2 of 2 rows are refused."
        told = refusals(refused)
        assert [(one["line"], one["reason"][0]["field"]) for one in told] == [
            (4, "price"),
            (5, "price"),
        ]
        assert [one["row"].get("action") for one in told] == [None, "update"]

        for one in told:
            one["row"]["price"] = 5
        mended = "".join(json.dumps(one) + "\n" for one in told)
        assert load(mended, name="mended.jsonl").code == 0
        assert [(made.title, made.price) for made in loaded()] == [("Emma", Decimal(5))] * 2

    def test_a_cover_from_elsewhere_costs_the_book_nothing(self, load):
        collateral = (
            "<SupportingResource><ResourceContentType>01</ResourceContentType><ResourceVersion>"
            "<ResourceLink>https://x.example/a.jpg</ResourceLink></ResourceVersion>"
            "</SupportingResource>"
        )
        result = load(message(product(collateral=collateral)), name="message.onix")
        assert result.code == 0
        assert "1  left out: coverImages" in result.out
        assert loaded()[0].cover_images == []

    def test_broken_xml_tells_its_line_and_what_came_before_is_in(self, load):
        content = message(product(), "<Product><b></c></Product>", product(isbn=isbn13(2)))
        result = load(gzip.compress(content.encode()), name="message.xml.gz")
        assert result.code == 2
        assert "broken at line 5" in result.message
        assert "1  created" in result.out
        assert len(loaded()) == 1

    def test_a_record_of_a_library_needs_a_price(self, load, shared_data, tmp_path):
        content = (shared_data / "marc" / "pymarc" / "test" / "marc.dat").read_bytes()
        result = load(content, "--refused", str(tmp_path / "refused"), name="library.dat")
        assert result.message == "20 of 20 rows are refused."
        assert refusals(tmp_path / "refused")[0]["row"]["author"] == "Andrew Hunt; David Thomas"

    def test_an_update_or_a_deletion_in_json(self, load):
        load(as_csv(row(1), row(2)))
        content = as_lines(
            {"action": "update", "isbn": isbn13(1), "price": 3},
            {"action": "delete", "isbn": isbn13(2)},
            book(3, action="destroy"),
            book(4, action=["delete"]),
        )
        result = load(content, name="books.jsonl")
        assert '"action" must be one of: create, update, delete.' in result.out
        assert result.message == "2 of 4 rows are refused."
        assert [made.price for made in loaded()] == [Decimal(3)]


class TestUnusable:
    """Exit code 2, and nothing is written."""

    @pytest.fixture(autouse=True)
    def _nothing_is_written(self, acme):
        before = _row_counts()
        yield
        assert _row_counts() == before

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            pytest.param("", "There is no header row: the file is empty.", id="empty"),
            pytest.param(
                "title,price\nx,1\n", "names no author, isbn. Needed", id="columns missing"
            ),
            pytest.param(
                as_csv(header=HEADER + ",Title"), "names title more than once", id="twice"
            ),
            pytest.param(
                b"\x00" * 3 * MEBIBYTE, "There is no header row: longer than", id="no text"
            ),
            pytest.param(
                as_csv(row(1, title="Caf\xe9"), row(2)).encode("latin-1"),
                "not UTF-8: byte 0xE9 at position 28, line 2.",
                id="latin-1",
            ),
            pytest.param(
                as_csv(row(1)).encode("utf-16"), "byte 0xFF at position 0, line 1", id="UTF-16"
            ),
            pytest.param(
                as_csv(row(1, title="\ud83d")).encode("utf-8", "surrogatepass"),
                "byte 0xED at position 25, line 2",
                id="surrogate",
            ),
            pytest.param(
                gzip.compress(as_csv(row(1)).encode(), mtime=0)[:-12],
                "cannot be read to its end",
                id="cut",
            ),
            pytest.param(b"\x1f\x8bnonsense", "cannot be read to its end", id="no gzip"),
        ],
    )
    def test_files(self, content, message, load):
        result = load(content)
        assert result.code == 2
        assert message in result.message

    def test_an_empty_file_of_json_lines_is_no_mistake(self, load):
        assert load("", name="books.jsonl").code == 0

    def test_a_header_alone_is_no_mistake(self, load):
        assert load(as_csv()).code == 0

    def test_a_format_that_the_name_does_not_tell(self, load):
        result = load(as_csv(row()), name="books")
        assert (result.code, result.message) == (
            2,
            "Say what the file is: --format csv or jsonl or onix or marc or marcxml.",
        )

    @pytest.mark.parametrize("name", ["missing.csv", "."])
    def test_no_file(self, name, tmp_path):
        result = call(str(tmp_path / name), "--format", "csv", "--publisher", "Acme")
        assert result.code == 2
        assert "cannot be opened" in result.message

    def test_an_unknown_publisher_brings_close_names(self, load):
        result = load(as_csv(row()), publisher="acmee")
        assert result.message == 'There is no publisher "acmee". Is it Acme?'
        assert result.code == 2

    def test_the_refusals_may_not_overwrite_what_is_read(self, load, tmp_path):
        result = load(as_csv(row()), "--refused", str(tmp_path / "books.csv"))
        assert result.code == 2
        assert (tmp_path / "books.csv").read_text().startswith(HEADER)

    def test_refusals_that_cannot_be_written(self, load, tmp_path):
        result = load(as_csv(row()), "--refused", str(tmp_path / "no" / "folder"))
        assert result.code == 2
        assert "cannot be written" in result.message


def test_a_suspended_publisher_is_refused(load):
    factories.PublisherFactory(name="Closed", suspended_at=timezone.now())
    result = load(as_csv(row()), publisher="Closed")
    assert (result.code, loaded()) == (2, [])


def test_what_came_before_a_cut_is_in(load, monkeypatch):
    monkeypatch.setattr(batching, "ROWS_A_BATCH", 5)
    whole = "".join(as_lines(book(n)) for n in range(12))
    result = load(whole.encode() + b"\xff", name="books.jsonl")
    assert result.code == 2
    assert "run the same command again" in result.message
    assert "12  created" in result.out
    assert len(loaded()) == 12


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
        before = _row_counts()

        dry = load(content, "--dry-run", "--finalize", name="books.jsonl")

        assert _row_counts() == before
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


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
class TestStopping:
    def test_a_killed_load_is_made_whole_by_another(self, tmp_path):
        factories.PublisherFactory(name="Acme")
        file = tmp_path / "books.jsonl"
        file.write_text(as_lines(*(book(n, genres=_genres(n)) for n in range(ROWS))))

        with _running(str(file)) as process:
            _wait_until(lambda: len(loaded()) >= 200)
            process.kill()
            process.wait()
        done = len(loaded())
        assert 200 <= done < ROWS
        assert done % 200 == 0
        result = call(str(file), "--publisher", "Acme")

        assert result.code == 0
        with acting_as(SYSTEM):
            made = {
                one.isbn13: (one.title, [tag.genre.name for tag in one.book_genres.all()])
                for one in Book.objects.prefetch_related("book_genres__genre")
            }
            assert LogEntry.objects.filter(content_type__model="book").count() == ROWS + ROWS // 10
            assert Genre.objects.count() == 7
        assert made == {isbn13(n): (f"Book {n}", _genres(n)) for n in range(ROWS)}
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'books'::regclass")
            assert cursor.fetchone()[0] >= 200, "PostgreSQL has no statistics of the new rows"

    def test_ctrl_c_tells_what_is_in(self):
        factories.PublisherFactory(name="Acme")
        with _running("-", "--format", "jsonl") as process:
            process.stdin.write("".join(as_lines(book(n)) for n in range(210)).encode())
            process.stdin.flush()
            _wait_until(lambda: len(loaded()) == 200)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)

        assert process.returncode == 130
        assert b"200  created" in out
        assert b"run the same command again" in err
        assert len(loaded()) == 200


def _genres(number):
    return [f"Genre {number % 7}"] if number % 10 == 0 else []


@contextmanager
def _running(*arguments):
    """Start the command in a process of its own, on the test's database."""
    command = [sys.executable, "manage.py", "import_books", *arguments, "--publisher", "Acme"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=PROJECT, env=beside_this_test(), stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def _figures(out):
    """Take the lines of the summary, without the time that it took, and without columns."""
    return [line.split() for line in out.splitlines() if "rows in" not in line]


def _row_counts():
    with acting_as(SYSTEM), connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
        return counts

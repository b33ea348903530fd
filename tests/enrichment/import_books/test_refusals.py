"""Rows that `import_books` refuses, and why; each can be mended and loaded."""

import csv
import json

import pytest

from tests.enrichment.import_books.files import (
    HEADER,
    MEBIBYTE,
    as_csv,
    as_lines,
    book,
    loaded,
    refusals,
    row,
)
from tests.factories import isbn13

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


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

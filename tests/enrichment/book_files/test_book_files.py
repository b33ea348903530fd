"""Lines, rows and refusals of publishers' files, without a database."""

import csv
import gzip
import io
import tempfile
from contextlib import ExitStack
from decimal import Decimal

import pytest
from django.core.files import File

from enrichment.book_files import FORMATS, guess_format, recognise
from enrichment.book_files.csv_file import CsvFile
from enrichment.book_files.rows import FileError
from enrichment.book_files.source import LONGEST_LINE, Source, opened

HEADER = "title,author,isbn,price"


@pytest.fixture
def source(tmp_path):
    """Give `source(content)`: a Source on a file with these bytes."""
    with ExitStack() as stack:

        def make(content):
            file = tmp_path / "file"
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            return stack.enter_context(opened(str(file)))

        yield make


@pytest.fixture
def read(source):
    """Give `read(text)`: the rows of CSV."""
    return lambda text: list(CsvFile(source(text), pytest.fail))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "csv"),
        ("a.TSV", "csv"),
        ("a.csv.gz", "csv"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson.GZ", "jsonl"),
        ("a.onix", "onix"),
        ("a.MRC", "marc"),
        ("a.marc.gz", "marc"),
        ("a.marcxml", "marcxml"),
        ("a.xml", None),
        ("a.xlsx", None),
        ("-", None),
    ],
)
def test_the_name_tells_the_format(name, expected):
    assert guess_format(name) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'<?xml version="1.0"?><ONIXMessage release="3.0"/>', "onix"),
        ('<?xml version="1.0" encoding="UTF-16"?><ONIXmessage/>'.encode("utf-16"), "onix"),
        (b"<!-- c --><marc:collection xmlns:marc='u'/>", "marcxml"),
        (b"<record/>", "marcxml"),
        (b"00755cam  22002414a 4500001001300000", "marc"),
        (b'\xef\xbb\xbf{"title": "Emma"}\n', "jsonl"),
        (b'{"title": "Emma"}', "jsonl"),
        (b'{\n "title": "Emma"}', None),
        (b"<html><body/></html>", None),
        (b"title,author,isbn,price\n", None),
        (b"", None),
    ],
)
def test_the_content_tells_the_format_where_the_name_does_not(content, expected):
    for name in ("upload", "a.xml", "-"):
        assert recognise(Source(io.BytesIO(content)), name) == expected
    assert recognise(Source(io.BytesIO(gzip.compress(content))), "a.xml.gz") == expected
    assert recognise(Source(io.BytesIO(content)), "a.csv") == "csv"


def test_a_workbook_is_not_taken_for_what_its_name_says():
    for name in ("books.csv", "books.xlsx"):
        with pytest.raises(FileError, match="Excel workbook"):
            recognise(Source(io.BytesIO(b"PK\x03\x04\x14")), name)


def test_each_format_has_endings_of_its_own():
    endings = [ending for kind in FORMATS.values() for ending in kind.endings]
    assert len(endings) == len(set(endings))


def _spooled(data):
    file = tempfile.SpooledTemporaryFile()  # noqa: SIM115  (closed by the test)
    file.write(data)
    file.seek(0)
    return file


class TestSource:
    def test_lines_are_numbered_and_keep_their_breaks(self, source):
        lines = [(line.number, line.text) for line in source("a\r\n\nb")]
        assert lines == [(1, "a\r\n"), (2, "\n"), (3, "b")]

    def test_position_and_size_are_bytes_of_the_file(self, source):
        given = source("é\n" * 3)
        assert given.size == 9
        list(given)
        assert given.position == 9

    def test_a_line_that_is_too_long_is_passed_over(self, source):
        lines = list(source(b"a\n" + b"x" * (3 * LONGEST_LINE) + b"\nb\n"))
        assert [(line.number, line.text) for line in lines] == [(1, "a\n"), (2, None), (3, "b\n")]

    def test_the_position_of_a_bad_byte_counts_from_the_beginning(self, source):
        with pytest.raises(FileError, match=r"byte 0xFF at position 1,005, line 3\."):
            list(source(b"\xef\xbb\xbf" + b"x" * 1000 + b"\n" + b"\n" + b"\xff\n"))

    @pytest.mark.parametrize("kind", [io.BytesIO, _spooled, lambda data: File(io.BytesIO(data))])
    @pytest.mark.parametrize("pack", [bytes, gzip.compress])
    def test_a_file_that_came_by_http_is_read_from_where_it_stands(self, kind, pack):
        with kind(pack(b"a\nb\n")) as file:
            given = Source(file)
            assert given.head() == b"a\nb\n"
            assert [line.text for line in given] == ["a\n", "b\n"]
            assert given.position in (0, given.size)
            file.seek(0)
            assert Source(file).read(2) == b"a\n"

    def test_gzip_that_breaks_off_is_told_at_once(self):
        with pytest.raises(FileError, match="cannot be read to its end"):
            Source(io.BytesIO(b"\x1f\x8bnonsense")).head()

    def test_a_folder_is_no_file(self, tmp_path):
        with pytest.raises(FileError, match="cannot be opened"), opened(str(tmp_path)):
            pytest.fail("opened")


class TestCsv:
    def test_a_row_says_where_it_begins(self, read):
        rows = read(f'{HEADER}\n"a\nb",A,1,2\n\nc,C,3,4\n')
        assert [(row.line, row.data["title"]) for row in rows] == [(2, "a\nb"), (5, "c")]

    def test_numbers_are_exact_and_blank_cells_are_left_out(self, read):
        (row,) = read(f"{HEADER},language,genres\nT,A,1, 29.90 , ,\n")
        assert row.data == {"title": "T", "author": "A", "isbn": "1", "price": Decimal("29.90")}

    @pytest.mark.parametrize("cell", ["1e3", "NaN", "١٢", "1,5", "0x10", "--1", "", "9" * 40])
    def test_what_is_no_plain_number_stays_text(self, cell, read):
        (row,) = read(f'{HEADER}\nT,A,1,"{cell}"\n')
        assert row.data["price"] == cell

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_the_header_tells_the_delimiter_whatever_the_cells_hold(self, delimiter, read):
        header = HEADER.replace(",", delimiter)
        cells = delimiter.join(['"a,b;c\td"', "A", "1", "2"])
        (row,) = read(f"{header}\n{cells}\n")
        assert row.data["title"] == "a,b;c\td"

    def test_a_missing_quote_spoils_its_own_line_alone(self, read):
        rows = read(f'{HEADER}\nT1,A,1,1\n"T2,A,2,2\nT3,A,3,3\n"T4",A,4,4\nT5,A,5,5\n')
        assert [row.line for row in rows if row.problem] == [3]
        assert [row.data["title"] for row in rows if not row.problem] == ["T1", "T3", "T4", "T5"]

    def test_a_quoted_cell_without_end_does_not_fill_the_memory(self, read):
        lines = "".join(f"T{n},A,1,{'0' * 1000}\n" for n in range(LONGEST_LINE // 500))
        rows = read(f'{HEADER}\n"T,A,1,1\n{lines}')
        assert [row.line for row in rows if row.problem] == [2]
        assert len(rows) == 1 + LONGEST_LINE // 500

    def test_lines_that_end_with_a_carriage_return_alone_are_told(self, read):
        for text in (f"{HEADER}\rT,A,1,2\r", f"{HEADER}\r\rT"):
            with pytest.raises(FileError, match="no header row: a line ends with a carriage"):
                read(text)
        (row,) = read(f"{HEADER}\nT,A\rU,B,1,2\n")
        assert row.problem == "Not valid CSV: a line ends with a carriage return alone."

    def test_a_column_named_by_a_formula_is_guarded(self, source):
        given = CsvFile(source(f"{HEADER},=1+1\n"), lambda _: None)
        assert given.refusals_begin() == f"line,reason,{HEADER},'=1+1\n"

    @pytest.mark.parametrize(
        "cell", ["=1", "'=1", "''+1", "-1", "@a", "\tx", "'plain", "it's", "'"]
    )
    def test_a_refusal_is_guarded_and_reads_as_it_was(self, cell, source, tmp_path):
        text = io.StringIO(newline="")
        csv.writer(text).writerows([HEADER.split(","), [cell, "A", "1", "2"]])
        given = CsvFile(source(text.getvalue()), pytest.fail)
        (row,) = given
        refused = given.refusals_begin() + given.refusal(row, [{"field": "f", "message": "m"}])

        cells = list(csv.reader(io.StringIO(refused, newline="")))
        assert cells[1][:2] == ["2", "f: m"]
        assert cells[1][2][0] not in "=+-@\t\r"
        (tmp_path / "again.csv").write_bytes(refused.encode())
        with opened(str(tmp_path / "again.csv")) as again:
            (same,) = CsvFile(again, pytest.fail)
        assert same.original == row.original == [cell, "A", "1", "2"]

"""Lines, rows and refusals of publishers' files, without a database."""

import csv
import io
from contextlib import ExitStack
from decimal import Decimal

import pytest

from enrichment.book_files import FORMATS, guess_format
from enrichment.book_files.csv_file import CsvFile
from enrichment.book_files.rows import FileError
from enrichment.book_files.source import LONGEST_LINE, opened

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
        ("a.xlsx", None),
        ("-", None),
    ],
)
def test_the_name_tells_the_format(name, expected):
    assert guess_format(name) == expected


def test_each_format_has_endings_of_its_own():
    endings = [ending for kind in FORMATS.values() for ending in kind.endings]
    assert len(endings) == len(set(endings))


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

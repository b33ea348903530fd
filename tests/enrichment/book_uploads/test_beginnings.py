"""What a file's first bytes tell, however it goes on."""

import gzip
import io
import json

import pytest

from enrichment.book_files.rows import FileError
from enrichment.book_uploads import beginnings
from tests.enrichment.book_uploads.csv_files import HEADER, csv_of, row

THREE = csv_of(row(1), row(2), row(3))


def read(content, name="spring.csv", format_name=None, most=20):
    return beginnings.read(
        io.BytesIO(content), size=50_000, name=name, format_name=format_name, most=most
    )


@pytest.mark.parametrize(
    ("content", "name", "said", "found"),
    [
        (THREE, "spring.csv", None, "csv"),
        (gzip.compress(THREE, mtime=0), "spring.csv.gz", None, "csv"),
        (gzip.compress(THREE, mtime=0), "spring", "csv", "csv"),
        (json.dumps({"title": "T"}).encode(), "spring.JSONL", None, "jsonl"),
        (json.dumps({"title": "T"}).encode(), "spring.csv", "jsonl", "jsonl"),
    ],
)
def test_the_format_is_said_or_seen(content, name, said, found):
    assert read(content, name, said).format == found


def test_a_small_file_is_read_whole():
    begins = read(THREE)
    assert [each.data["title"] for each in begins.rows] == ["Book 1", "Book 2", "Book 3"]
    assert begins.is_whole
    assert begins.warnings == []


def test_no_more_rows_than_asked_for():
    begins = read(THREE, most=2)
    assert len(begins.rows) == 2
    assert not begins.is_whole


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_of_a_large_one_the_row_at_the_cut_is_left_out(pack):
    long = ["x" * 12_000 + row(number) for number in range(8)]
    begins = read(pack(csv_of(*long)))
    assert len(begins.rows) == 4
    assert not begins.is_whole
    assert not any(each.problem for each in begins.rows)


def test_what_unpacks_to_much_is_not_unpacked():
    begins = read(gzip.compress(HEADER.encode() + b"\n" * 50_000_000, 1))
    assert begins.rows == []
    assert not begins.is_whole


def test_what_it_leaves_out_is_told():
    assert "colour" in read(f"{HEADER},colour\n{row(1)},red\n".encode()).warnings[0]


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"", "spring.csv", "no header row"),
        (b"title,author\nT,A\n", "spring.csv", "isbn, price"),
        (HEADER.encode(), "spring.csv", "no book in it"),
        (b"%PDF-1.7\n\xe2\xe3", "spring.csv", "header row|UTF-8"),
        (b"<!doctype html>\n<p>Gone</p>", "spring.jsonl", "No row of it can be read. Line 1"),
        (b"\x89PNG\r\n", "spring", "tells what the file is"),
        (b"\x1f\x8bnothing", "spring.csv", "cannot be read"),
    ],
)
def test_what_is_no_file_of_books(content, name, problem):
    with pytest.raises(FileError, match=problem):
        read(content, name)

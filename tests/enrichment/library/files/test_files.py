"""Files as a whole: their kind, limits, what is left out, and that nothing breaks the reading."""

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enrichment.library import files
from enrichment.library.records import ExportError

HEADERS = {
    "goodreads": "Book Id,Title,Author,ISBN13,My Rating,Exclusive Shelf",
    "storygraph": "Title,Authors,Contributors,ISBN/UID,Format,Read Status,Star Rating",
    "librarything": "Book Id\tTitle\tSort Character\tPrimary Author\tISBN\tCollections",
    "openlibrary": "Work Id,Edition Id,Bookshelf",
    "bookwyrm": "title,author_text,remote_id,openlibrary_key,isbn_13,rating,shelf",
    "calibre": "authors,author_sort,rating,timestamp,isbn,identifiers,title,uuid",
    "bookhub": "kind,work_id,openlibrary_id,title,authors,isbn13,status,rating",
}


@pytest.mark.parametrize(("kind", "header"), HEADERS.items())
def test_columns_tell_the_kind(export, kind, header):
    found, rows = export(f"\ufeff{header}\n")
    assert (found.kind, found.left_out, rows) == (kind, (), [])


def test_each_known_kind_is_tried():
    assert HEADERS.keys() == files.KINDS.keys()


@pytest.mark.parametrize("change", [str.upper, lambda text: text.replace(",", " , ")])
def test_columns_are_known_however_they_are_written(export, change):
    assert export(change(HEADERS["goodreads"]))[0].kind == "goodreads"


@pytest.mark.parametrize("above", ["\n", "sep=;\n"])
def test_semicolons_of_a_spreadsheet(export, above):
    header = HEADERS["storygraph"].replace(",", ";")
    _, rows = export(f"{above}{header}\nDune;Frank Herbert;;;;read;4,25\n")
    assert [(row.line, row.title, str(row.rating)) for row in rows] == [(3, "Dune", "4.25")]


def test_columns_with_values_that_are_not_kept(export):
    found, _ = export(
        "Book Id,Title,Author,My Rating,My Review,Spoiler,Private Notes\n"
        '1,Dune,Frank Herbert,4,,"=""""",\n'
        "2,Emma,Jane Austen,4,,,mine\n"
    )
    assert found.left_out == ("Private Notes",)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"PK\x03\x04..[Content_Types].xml", "save it as CSV"),
        (b"PK\x03\x04..books.csv", "unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "save it as CSV"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "unpack it"),
        (b"SQLite format 3\0", "Calibre"),
        (b"\n<!DOCTYPE html><html>", "web page"),
        (b"a,b\n1,2\n", 'The columns of this file: "a", "b".'),
        (
            b"a,b\n1,2\n",
            "Goodreads, StoryGraph, LibraryThing, Open Library, BookWyrm, Calibre and BookHub",
        ),
        (",".join(f"c{n}" for n in range(40)).encode(), "and 28 more"),
        (b'{"a": {"name": "x"}}', "no export of LibraryThing"),
        (b'{"a": {"title": "x"', "line 1"),
        (b"{" * 100_000, "line 1"),
        (b"x" * (files.LARGEST + 1), "larger than 20 MB"),
    ],
)
def test_files_that_are_refused(export, content, told):
    with pytest.raises(ExportError) as refusal:
        export(content)
    assert told in str(refusal.value)
    assert str(refusal.value).startswith("library.csv: ")


def test_as_many_rows_as_may_be(export, monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", 2)
    header = HEADERS["openlibrary"]
    assert len(export(f"{header}\nOL1W,,\nOL2W,,\n")[1]) == 2
    with pytest.raises(ExportError, match="more than 2 rows"):
        export(f"{header}\nOL1W,,\nOL2W,,\nOL3W,,\n")


def test_rows_too_short_are_taken_with_a_note(export, goodreads):
    header, whole = goodreads({}).splitlines()
    short = ",".join(whole.split(",")[:10])
    _, (row,) = export(f"{header}\n{short}\n")
    assert row.title == "The Hunger Games"
    assert row.problem is None
    assert row.notes[-1] == "The row has 8 cells, where the header has 24."


def test_a_row_too_wide_is_taken_when_its_values_fit(export, goodreads):
    header, whole = goodreads({}).splitlines()
    shifted = whole.replace("The Hunger Games (", "The Hunger Games, (").replace('"The', "The", 1)
    shifted = shifted.replace('1)"', "1)")
    _, rows = export(f"{header}\n{whole},,\n{whole},more\n{shifted}\n")
    assert [row.notes for row in rows[:2]] == [
        (),
        ("The row has 25 cells, where the header has 24.",),
    ]
    assert [row.problem is None for row in rows] == [True, True, False]
    assert "wrong columns" in rows[2].problem


def test_what_names_no_book_is_told(row, goodreads):
    told = row(goodreads({"Title": "<b></b>\u200b", "ISBN": "", "ISBN13": ""}))
    assert told.problem == "The row names no book: it has no title."


def test_an_isbn_alone_names_a_book(row, goodreads):
    assert row(goodreads({"Title": ""})).problem is None


def test_a_header_in_the_middle_is_no_row(export, goodreads):
    assert len(export(goodreads({}) * 2)[1]) == 2


@pytest.mark.parametrize("cell", ["x" * 100_001, "x" * 200_000, "x" * 1_100_000])
def test_a_cell_too_long_costs_its_row_alone(export, goodreads, cell):
    _, rows = export(goodreads({"My Review": cell}, {"Title": "Dune"}))
    assert "100,000 characters" in rows[0].problem
    assert rows[0].full_title.startswith('2767052,"The Hunger Games')
    assert [row.title for row in rows[1:]] == ["Dune"]


LINES = st.lists(st.text(st.sampled_from('ab,"\n\t;=[]()#1 \r\0\ufeffż'), max_size=40), max_size=8)


@given(header=st.sampled_from([*HEADERS.values(), ""]), lines=LINES)
@example(header=HEADERS["goodreads"], lines=['a","c', '"'])
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_reading(header, lines):
    _read("\n".join([header, *lines]).encode())


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_bytes_break_the_reading(raw):
    _read(raw)
    _read(HEADERS["goodreads"].encode() + b"\n" + raw)
    _read(b'{"1": {"title": "x", "rating": ' + raw)


def _read(raw):
    try:
        found = files.read(io.BytesIO(raw), "")
    except ExportError:
        return
    lines = [row.line for row in found.rows]
    assert lines == sorted(lines)

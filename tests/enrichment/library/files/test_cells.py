"""Values of cells, as people and their spreadsheets write them."""

from datetime import date
from decimal import Decimal

import pytest

from enrichment.library.files.cells import Cells, Record


@pytest.fixture
def told():
    """Give `told(read, value)`: what is read of a cell, and the notes on it."""

    def read(method, *values):
        names = [str(number) for number in range(len(values))]
        cells = Cells(Record(1, dict(zip(names, values, strict=True))))
        return getattr(cells, method)(*names), cells.notes

    return read


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (' ="9782363071200" ', "9782363071200"),
        ('=""', ""),
        ('= "x"', "x"),
        ("=Love", "=Love"),
        ('="a', '="a'),
        (" two words ", "two words"),
    ],
)
def test_texts_that_a_spreadsheet_is_kept_from(told, value, expected):
    assert told("text", value) == (expected, [])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (['="9780439023481"', '="0439023483"'], ("9780439023481",)),
        (["0439023483"], ("9780439023481",)),
        (["439023483"], ("9780439023481",)),
        (["439023483.0"], ("9780439023481",)),
        # Three zeros are gone.
        (["7149522"], ("9780007149520",)),
        (["[2070291340]", "2070291340, 9782070291342"], ("9782070291342",)),
        (["978-0-439-02348-1"], ("9780439023481",)),
        (["9780439023481.0"], ("9780439023481",)),
        (["9.780439023481E+12"], ("9780439023481",)),
        (["9,780439023481E+12"], ("9780439023481",)),
        (["9.78E+12", "0439023483"], ("9780439023481",)),
        (["9780439023481", "9782363071200"], ("9780439023481", "9782363071200")),
        (["", "[]", "0", "0000000000", "null"], ()),
    ],
)
def test_isbns(told, values, expected):
    assert told("isbns", *values) == (expected, [])


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ("9.78236E+12", "The ISBN 9.78236E+12 has lost its digits in a spreadsheet."),
        ("9,78236E+12", "The ISBN 9,78236E+12 has lost its digits in a spreadsheet."),
        ("439023484", "The ISBN 439023484 is not valid."),
        ("39023483", "The ISBN 39023483 is not valid."),
        ("9780439023482", "The ISBN 9780439023482 is not valid."),
        ("B00ABC1234", "B00ABC1234 is Amazon's own number (ASIN), not an ISBN."),
        ("a" * 200, f"The ISBN {'a' * 60} is not valid."),
    ],
)
def test_what_is_no_isbn_is_told(told, value, note):
    assert told("isbns", value) == ((), [note])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4", "4"),
        ("4.25", "4.25"),
        ("4,5", "4.5"),
        ("0.25", "0.25"),
        ("5.0", "5"),
        ("0", None),
        ("0.0", None),
        ("", None),
    ],
)
def test_ratings(told, value, expected):
    assert told("rating", value) == (expected and Decimal(expected), [])


@pytest.mark.parametrize(
    ("value", "expected", "note"),
    [
        ("4.3", Decimal("4.25"), "The rating 4.3 was taken as 4.25."),
        ("6", None, "The rating 6 is not between 0 and 5."),
        ("-1", None, "The rating -1 is not between 0 and 5."),
        ("NaN", None, "The rating NaN is not between 0 and 5."),
        ("sNaN", None, "The rating sNaN is not between 0 and 5."),
        ("1e999999999", None, "The rating 1e999999999 is not between 0 and 5."),
        ("good", None, "The rating good is not between 0 and 5."),
    ],
)
def test_ratings_that_are_none(told, value, expected, note):
    assert told("rating", value) == (expected, [note])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023/01/31", date(2023, 1, 31)),
        ("2023-1-3", date(2023, 1, 3)),
        ("[2007-05-08]", date(2007, 5, 8)),
        ("2021-01-19T22:41:16+01:00", date(2021, 1, 19)),
        ("2021-01-19 22:41", date(2021, 1, 19)),
        ("31.01.2023", date(2023, 1, 31)),
        ("Jan 31, 2023", date(2023, 1, 31)),
        ("", None),
        ("[]", None),
    ],
)
def test_dates(told, value, expected):
    assert told("day", value) == (expected, [])


@pytest.mark.parametrize(
    "value", ["2023", "2023-05", "2023/02/30", "01/02/2023", "soon", "9999999-01-01"]
)
def test_dates_that_name_no_day(told, value):
    assert told("day", value) == (None, [f"The date {value} names no day for certain."])


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2008", 2008), ("2008.0", 2008), ("-380", -380), ("8", 8), ("0", None), ("", None)],
)
def test_years(told, value, expected):
    assert told("year", value) == (expected, [])


@pytest.mark.parametrize("value", ["9999", "-9999", "20080", "soon"])
def test_years_that_no_book_has(told, value):
    assert told("year", value) == (None, [f"The year {value} cannot be that of a book."])

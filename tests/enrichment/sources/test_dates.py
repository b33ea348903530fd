"""Dates as they stand in real records."""

from datetime import UTC, date, datetime

import pytest

from enrichment.records import PublishDate
from enrichment.sources import dates


@pytest.mark.parametrize(
    ("raw", "year"),
    [
        ("1996", 1996),
        (" 1996 ", 1996),
        ("[n.d.]", None),
        ("????", None),
        ("190u", None),
        ("2001?", 2001),
        ("c1998", 1998),
        ("/1993", 1993),
        ("published in 1960", 1960),
        ("01/02/2001", 2001),
        ("12-10-2008", 2008),
        ("1998-99", 1998),
        ("February 30, 2001", 2001),
        ("Smarch 3, 2001", 2001),
        ("1400", 1400),
        ("0000", None),
        ("3000", None),
        ("Jan 1st, 3000", None),
        ("3000, again 2001", None),
        ("12345", None),
        ("", None),
    ],
)
def test_the_year_alone(raw, year):
    assert dates.read(raw) == (PublishDate(date(year, 1, 1), "year") if year else None)


@pytest.mark.parametrize(
    "raw",
    [
        "January 5, 2006",
        "Jan 05, 2006",
        "january 5,2006",
        "JANUARY 5 ,2006",
        "Jan. 5th, 2006",
        "5 January 2006",
        "5th of Jan 2006",
        "05-Jan-2006",
        "2006-01-05",
        "2006/1/5",
        "2006-01-05T00:00:00+01:00",
    ],
)
def test_a_day(raw):
    assert dates.read(raw) == PublishDate(date(2006, 1, 5), "day")


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("1900-01-01", date(1900, 1, 1)),
        ("21.2.1944", date(1944, 2, 21)),
        ("12/25/2008", date(2008, 12, 25)),
        ("12-12-2008", date(2008, 12, 12)),
    ],
)
def test_a_day_in_numbers_that_reads_one_way(raw, day):
    assert dates.read(raw) == PublishDate(day, "day")


@pytest.mark.parametrize("raw", ["2006-11", "November 2006", "NOVEMBER-2006", "Nov. 2006"])
def test_a_month(raw):
    assert dates.read(raw) == PublishDate(date(2006, 11, 1), "month")


def test_books_are_announced_two_years_ahead():
    last = datetime.now(UTC).year + dates.YEARS_AHEAD
    assert dates.year_of(str(last)) == last
    assert dates.year_of(str(last + 1)) is None
    assert dates.read(f"{last + 1}-01-01") is None


@pytest.mark.parametrize("value", [0, -5, 10**9, True, "1996", 1996.0, None])
def test_what_is_no_year(value):
    assert dates.possible_year(value) is None

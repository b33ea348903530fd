"""Fields of MARC 21 records, as cataloguers punctuate them."""

from decimal import Decimal

import pytest
from pymarc import Field, Indicators, Record, Subfield

from enrichment.book_files.marc.fields import row_of


def record(*fields):
    """Make a record of `("245", "10", "a", "Emma /", ...)` and `("008", "...")`."""
    made = Record()
    for tag, first, *rest in fields:
        if not rest:
            made.add_field(Field(tag, data=first))
            continue
        pairs = zip(rest[::2], rest[1::2], strict=True)
        made.add_field(Field(tag, Indicators(*first), [Subfield(*pair) for pair in pairs]))
    return made


def said(name, *fields):
    return row_of(1, record(*fields), 0).data.get(name)


@pytest.mark.parametrize(
    ("subfields", "title"),
    [
        (("a", "Emma /", "c", "Jane Austen."), "Emma"),
        (("a", "The town scold :", "b", "poems /"), "The town scold: poems"),
        (("a", "Faust.", "n", "Part 2 /"), "Faust. Part 2"),
        (("a", "Faust.", "n", "2,", "p", "Helena :", "b", "a play."), "Faust. 2, Helena: a play"),
        (("a", "Ray Charles", "h", "[sound recording]."), "Ray Charles"),
        (("a", "Yes, Inc."), "Yes, Inc."),
        (("a", "And then ..."), "And then ..."),
        (("a", "Emma ="), "Emma"),
        (("c", "nobody"), None),
    ],
)
def test_titles(subfields, title):
    assert said("title", ("245", "10", *subfields)) == title


def main(name, *others, first="1"):
    return ("100", f"{first} ", "a", name, *others)


def added(name, *others, second=" "):
    return ("700", f"1{second}", "a", name, *others)


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ([main("Austen, Jane,", "d", "1775-1817.")], "Jane Austen"),
        ([main("Brown, A. B.")], "A. B. Brown"),
        ([main("Homer.", first="0")], "Homer"),
        ([main("John Paul", "b", "II,", "c", "Pope", first="0")], "John Paul II"),
        ([main("Hunt, Andrew,"), added("Thomas, David.")], "Andrew Hunt; David Thomas"),
        ([main("A, B", "e", "author."), added("C, D", "e", "illustrator.")], "B A"),
        (
            [main("A, B"), added("C, D", "4", "http://id.loc.gov/vocabulary/relators/aut")],
            "B A; D C",
        ),
        ([main("A, B", "e", "editor"), added("C, D", "e", "author")], "D C"),
        ([main("A, B", "e", "editor")], "B A"),
        ([main("A, B"), added("C, D", "t", "Other work")], "B A"),
        ([main("A, B"), added("C, D", second="2")], "B A"),
        ([("110", "2 ", "a", "NASA.")], "NASA"),
        ([("111", "2 ", "a", "Perl Conference")], "Perl Conference"),
        ([], None),
    ],
)
def test_authors(fields, author):
    assert said("author", *fields) == author


@pytest.mark.parametrize(
    ("fields", "isbn", "form"),
    [
        ([("020", "  ", "a", "0471383147 (pbk. : alk. paper)")], "9780471383147", "Paperback"),
        ([("020", "  ", "a", "0471383147", "q", "(hardback)")], "9780471383147", "Hardcover"),
        ([("020", "  ", "a", "0471383147 (alk. paper)")], "9780471383147", None),
        ([("020", "  ", "a", "0471383147 (electronic bk.)")], "9780471383147", "Ebook"),
        (
            [("020", "  ", "z", "0306406152"), ("020", "  ", "a", "0471383147")],
            "9780471383147",
            None,
        ),
        ([("020", "  ", "a", "123 (pbk.)")], "123 (pbk.)", None),
        ([("020", "  ", "c", "$5")], None, None),
    ],
)
def test_isbns_and_formats(fields, isbn, form):
    assert said("isbn", *fields) == isbn
    assert said("bookFormat", *fields) == form


@pytest.mark.parametrize(
    ("fields", "amount", "currency"),
    [
        ([("020", "  ", "c", "$29.95")], "29.95", "USD"),
        ([("020", "  ", "c", "£9.99 (pbk.)")], "9.99", "GBP"),
        ([("020", "  ", "c", "12,50 €")], "12.50", "EUR"),
        ([("020", "  ", "c", "PLN 30")], "30", "PLN"),
        ([("020", "  ", "c", "29.95")], None, None),
        ([("020", "  ", "c", "free")], None, None),
        ([("020", "  ", "c", "£5. :")], "5", "GBP"),
        ([("020", "  ", "c", "$15.00 CAD")], "15.00", "CAD"),
        # No amounts that could be told: a part of one would be a guess.
        ([("020", "  ", "c", "£1,250.00")], None, None),
        ([("020", "  ", "c", "£9 19s. 6d.")], None, None),
        ([("020", "  ", "c", "$10-15")], None, None),
        ([("365", "  ", "a", "01", "b", "15.99", "c", "EUR")], "15.99", "EUR"),
        ([("365", "  ", "a", "01", "b", "15.99")], None, None),
        ([("365", "  ", "b", "1", "c", "GBP"), ("020", "  ", "c", "$2")], "1", "GBP"),
    ],
)
def test_prices(fields, amount, currency):
    assert said("price", *fields) == (amount and Decimal(amount))
    assert said("currency", *fields) == currency


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ([("260", "  ", "c", "c1977.")], "1977-01-01"),
        ([("264", " 4", "c", "©2013"), ("264", " 1", "c", "[2012?]")], "2012-01-01"),
        ([("264", " 4", "c", "©2013")], "2013-01-01"),
        (
            [("260", "  ", "c", "[19--]"), ("008", "000107s2000    nyua          001 0 eng  ")],
            "2000-01-01",
        ),
        ([], None),
    ],
)
def test_dates(fields, day):
    assert said("publishedDate", *fields) == day


def test_a_date_that_is_none_is_noted():
    row = row_of(1, record(("260", "  ", "c", "[s.a.]")), 0)
    assert row.notes == (
        {"field": "publishedDate", "message": '"[s.a.]" is no date that can be read.'},
    )


@pytest.mark.parametrize(
    ("fields", "language"),
    [
        ([("008", "000107s2000    nyua          001 0 ger  ")], "de"),
        ([("041", "1 ", "a", "engund")], "en"),
        ([("008", "000107s2000    nyua          001 0 mul  "), ("041", "  ", "a", "pol")], "pl"),
        ([("008", "short")], None),
    ],
)
def test_languages(fields, language):
    assert said("language", *fields) == language


def test_subjects_and_the_summary():
    fields = (
        ("650", " 0", "a", "Loneliness.", "x", "History."),
        ("655", " 7", "a", "Novels.", "2", "lcgft"),
        ("650", " 0", "a", "Loneliness"),
        ("520", "  ", "a", "A summary", "b", "and more."),
    )
    assert said("genres", *fields) == ["Loneliness", "Novels"]
    assert said("description", *fields) == "A summary and more."

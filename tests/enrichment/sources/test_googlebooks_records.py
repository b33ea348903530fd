"""Google Books' volumes in the shapes that they really have."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UnprocessableRecordError
from enrichment.records import BookRecord, PublishDate
from enrichment.sources import googlebooks_records as records
from enrichment.sources.base import Candidate
from tests.enrichment.sources.odd_json import anything, assert_storable, unhurried

IMAGE = "http://books.google.com/books/content?id=x&img=1"

FIELDS = (
    "authors",
    "industryIdentifiers",
    "description",
    "language",
    "publishedDate",
    "imageLinks",
    "categories",
)


def book(**info):
    return records.volume({"id": "x", "volumeInfo": {"title": "Lalka"} | info}).book


def test_a_bare_volume():
    found = records.volume({"id": "0GJ-_x", "volumeInfo": {"title": "Lalka", "pageCount": 0}})
    assert found == Candidate("0GJ-_x", BookRecord(title="Lalka"))


@pytest.mark.parametrize(
    ("subtitle", "full_title"), [("Powieść", "Lalka: Powieść"), ("", "Lalka"), (5, "Lalka")]
)
def test_a_subtitle_stays_apart(subtitle, full_title):
    found = book(subtitle=subtitle)
    assert (found.title, found.full_title) == ("Lalka", full_title)


def test_identifiers():
    found = book(
        industryIdentifiers=[
            {"type": "OTHER", "identifier": "UOM:39015000000000"},
            {"type": "ISSN", "identifier": "0140328726"},
            {"type": "ISBN_10", "identifier": "0140328726"},
            {"type": "ISBN_13", "identifier": "9780140328738"},
            {"type": "ISBN_13", "identifier": 5},
            {"type": ["ISBN_13"]},
            None,
        ]
    )
    assert found.isbns == ("9780140328721", "9780140328738")


def test_a_description_is_plain_text():
    found = book(description="<p>A <b>shop</b>.</p><p>Warsaw &amp; Paris</p>")
    assert found.description == "A shop.\n\nWarsaw & Paris"


@pytest.mark.parametrize(("given_", "tag"), [("pl", "pl"), ("pt-BR", "pt-BR"), ("un", ""), (5, "")])
def test_languages(given_, tag):
    assert book(language=given_).language == tag


@pytest.mark.parametrize(
    ("raw", "published"),
    [
        ("2020-02-06", PublishDate(date(2020, 2, 6), "day")),
        ("2017-05", PublishDate(date(2017, 5, 1), "month")),
        ("1808", PublishDate(date(1808, 1, 1), "year")),
        ("1999*", PublishDate(date(1999, 1, 1), "year")),
        ("0000", None),
        (1808, None),
    ],
)
def test_dates(raw, published):
    assert book(publishedDate=raw).published == published


def test_categories_are_taken_apart():
    found = book(
        categories=[
            "Fiction / Science Fiction / General",
            "FICTION / Classics",
            "Antiques & Collectibles / Books",
            5,
        ]
    )
    assert found.genres == (
        "Fiction",
        "Science Fiction",
        "Classics",
        "Antiques & Collectibles",
        "Books",
    )


def test_covers_go_by_https_without_a_curl_the_best_first():
    found = book(
        imageLinks={
            "smallThumbnail": f"{IMAGE}&zoom=5&edge=curl&source=gbs_api",
            "thumbnail": f"{IMAGE}&zoom=1&source=gbs_api",
            "large": f"{IMAGE}&zoom=4",
            "small": "javascript:alert(1)",
            "medium": "http://[half",
            "extraLarge": "https://books.google.com/a b",
        }
    )
    secure = IMAGE.replace("http:", "https:")
    assert found.covers == (
        f"{secure}&zoom=4",
        f"{secure}&zoom=1&source=gbs_api",
        f"{secure}&zoom=5&source=gbs_api",
    )


@pytest.mark.parametrize(
    "item",
    [
        None,
        {},
        {"id": "x"},
        {"id": "x", "volumeInfo": {"title": 5}},
        {"id": "../x", "volumeInfo": {"title": "Lalka"}},
        {"volumeInfo": {"title": "Lalka"}},
    ],
)
def test_what_cannot_be_used(item):
    with pytest.raises(UnprocessableRecordError):
        records.volume(item)


@unhurried
@given(
    anything
    | st.fixed_dictionaries(
        {"id": st.just("x") | anything},
        optional={
            "volumeInfo": st.fixed_dictionaries(
                {"title": st.just("Lalka") | anything},
                optional=dict.fromkeys(FIELDS, anything),
            )
            | anything
        },
    )
)
def test_any_volume_is_read_or_refused(item):
    try:
        found = records.volume(item)
    except UnprocessableRecordError:
        return
    assert found.book.title
    assert_storable(found.book)

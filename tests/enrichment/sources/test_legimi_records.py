"""Legimi's JSON, read. No real answer was ever recorded: these are built from what is known."""

import pytest

from enrichment.sources.legimi_records import (
    Listing,
    WrongShapeError,
    read_formats,
    read_listings,
)
from tests.enrichment.legimi.legimi_bodies import book, detail, granted, listing

SUBSCRIPTION = "isInSubscription"


class TestListings:
    def test_a_book_is_its_id_title_and_authors(self):
        (found,) = read_listings(listing(book(1278829, " Solaris \n")))
        assert found == Listing(legimi_id=1278829, title="Solaris", authors=("Stanisław Lem",))

    def test_an_empty_list_is_an_answer(self):
        assert read_listings(listing()) == ()

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"bookList": None},
            {"bookList": [1]},
            {"bookList": {}},
            {"bookList": {"books": None}},
            {"bookList": {"books": {"id": 1}}},
            {"bookList": {"books": [7, "x", None]}},
            listing({"title": "Solaris"}),
            listing(book("1")),
            listing(book(True)),
            listing(book(0)),
            listing(book(2**63)),
            listing(book(1, {"a": 1})),
            listing(book(1, "\u200b")),
        ],
    )
    def test_another_shape_is_none(self, body):
        with pytest.raises(WrongShapeError):
            read_listings(body)

    def test_a_book_that_makes_no_sense_is_left_out(self):
        assert [each.legimi_id for each in read_listings(listing(7, book(2), {}))] == [2]

    @pytest.mark.parametrize("authors", [None, "Lem", [], [None, {"name": 7}, {}]])
    def test_a_book_may_name_no_author(self, authors):
        (found,) = read_listings(listing(book(authors=authors)))
        assert found.authors == ()

    def test_only_a_clear_no_makes_a_book_unavailable(self):
        shown = [book(isAvailable=False), book(isAvailable=True), book(isAvailable=None), book()]
        found = read_listings(listing(*shown))
        assert [each.is_available for each in found] == [False, True, True, True]


class TestFormats:
    def test_each_format_has_plans_of_its_own(self):
        body = detail(
            ebook=granted(SUBSCRIPTION, "isInKindleSubscription"),
            audiobook=granted("isInLibraryPass"),
        )
        assert read_formats(body) == {
            "ebook": ["subscription", "kindle"],
            "audiobook": ["library_pass"],
        }

    def test_a_format_that_is_not_there_is_left_out(self):
        assert read_formats(detail(audiobook=granted())) == {"audiobook": []}
        assert read_formats(detail()) == {}

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"book": None},
            {"book": "x"},
            {"book": {"title": "Solaris"}},
            detail(ebook=[]),
            detail(ebook={}),
            detail(ebook={SUBSCRIPTION: "true"}),
            detail(ebook=granted(SUBSCRIPTION), audiobook={SUBSCRIPTION: None}),
        ],
    )
    def test_another_shape_is_none(self, body):
        with pytest.raises(WrongShapeError):
            read_formats(body)

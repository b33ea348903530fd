"""What `GET /api/v1/books` lists, and for whom."""

from datetime import UTC, datetime

import pytest

from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.catalog.book_calls import BOOK, URL, assert_problem, create

pytestmark = pytest.mark.django_db


class TestList:
    NARROWED = [
        ({"genre": "classics"}, ["Emma", "The Hobbit"]),
        ({"language": "PL"}, ["Zażółć gęślą jaźń"]),
        ({"bookFormat": "Ebook"}, ["Emma", "Zażółć gęślą jaźń"]),
        ({"isbn": "978-99-0000001-7"}, ["The Hobbit"]),
        ({"q": "zolc"}, []),
        ({"q": "zazolc"}, ["Zażółć gęślą jaźń"]),
        ({"q": "tolkien HOB"}, ["The Hobbit"]),
        ({"q": "lakowa"}, ["Zażółć gęślą jaźń"]),
        ({"q": "'; DROP TABLE books --"}, []),
        ({"q": "& | ! ( ) :*"}, []),
        ({"sort": "title"}, ["Emma", "The Hobbit", "Zażółć gęślą jaźń"]),
        ({"sort": "-price"}, ["The Hobbit", "Emma", "Zażółć gęślą jaźń"]),
        ({"pageSize": "2"}, ["Emma", "The Hobbit"]),
        ({"pageSize": "2", "page": "2"}, ["Zażółć gęślą jaźń"]),
        ({"page": "99999999999999"}, []),
    ]

    @pytest.fixture
    def shelf(self, api, member, rival):
        """Three ACTIVE books, one PENDING of each publisher."""
        client = api(member)
        rows = [
            ("Zażółć gęślą jaźń", "Zofia Łąkowa", "pl", "Ebook", 10, ["Poetry"]),
            ("The Hobbit", "J.R.R. Tolkien", "en", "Hardcover", 30, ["Fantasy", "Classics"]),
            ("Emma", "Jane Austen", "en", "Ebook", 20, ["Classics"]),
        ]
        for n, (title, author, language, book_format, price, genres) in enumerate(rows):
            body = BOOK | {
                "title": title,
                "author": author,
                "language": language,
                "bookFormat": book_format,
                "price": price,
                "genres": genres,
                "isbn": factories.isbn13(n),
            }
            client.patch(create(client, body).json()["links"]["finalize"])
        create(client, BOOK | {"title": "Pending here", "isbn": factories.isbn13(10)})
        create(api(rival), BOOK | {"title": "Pending there", "isbn": factories.isbn13(11)})

    def titles(self, client, **params):
        response = client.get(URL, params)
        assert response.status_code == 200, response.json()
        return [item["title"] for item in response.json()["data"]["items"]]

    def test_shows_active_books_newest_first(self, api, reader, shelf):
        assert self.titles(api(reader)) == ["Emma", "The Hobbit", "Zażółć gęślą jaźń"]

    def test_mine_shows_all_of_ones_own(self, api, member, rival, shelf):
        assert len(self.titles(api(member), mine="true")) == 4
        assert self.titles(api(rival), mine="true") == ["Pending there"]
        assert self.titles(api(member), mine="true", status="PENDING") == ["Pending here"]

    def test_mine_is_for_publishers(self, api, reader):
        assert_problem(api(reader).get(URL, {"mine": "true"}), 403, "FORBIDDEN")

    def test_pending_are_the_moderators_to_list(self, api, reader, moderator, shelf):
        assert len(self.titles(api(moderator), status="PENDING")) == 2
        assert self.titles(api(reader), status="PENDING") == []

    def test_narrowing_and_sorting(self, api, reader, shelf):
        client = api(reader)
        for params, expected in self.NARROWED:
            isbn = {"isbn": factories.isbn13(1)} if "isbn" in params else {}
            assert self.titles(client, **(params | isbn)) == expected, params

    def test_pages_tell_the_total(self, api, reader, shelf):
        data = api(reader).get(URL, {"pageSize": "2", "page": "9"}).json()["data"]
        assert data == {"items": [], "total": 3, "page": 9}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("page", "0"),
            ("page", "x"),
            ("page", "-1"),
            ("page", ""),
            ("page", "٣"),
            ("pageSize", "0"),
            ("pageSize", "101"),
            ("sort", "colour"),
            ("status", "LOST"),
            ("mine", "perhaps"),
            ("bookFormat", "Scroll"),
            ("isbn", "123"),
            ("q", "x" * 201),
            ("q", "a\x00b"),
            ("genre", "a\x00b"),
        ],
    )
    def test_a_bad_parameter_is_named(self, api, reader, name, value):
        assert_problem(api(reader).get(URL, {name: value}), 400, "VALIDATION_ERROR", name)

    def test_equal_keys_keep_their_order_over_pages(self, api, reader):
        publisher = factories.PublisherFactory()
        books = [factories.BookFactory(title="Same", publisher=publisher) for _ in range(7)]
        with acting_as(SYSTEM):
            edition = factories.EditionFactory()
            Book.objects.update(status="ACTIVE", edition=edition, finalized_at=datetime.now(UTC))
        client = api(reader)
        pages = [
            client.get(URL, {"sort": "title", "pageSize": "3", "page": n}).json()["data"]["items"]
            for n in (1, 2, 3)
        ]
        seen = [item["bookId"] for page in pages for item in page]
        assert sorted(seen) == sorted(str(b.pk) for b in books)

"""What comes before and after a book in its list."""

from decimal import Decimal

import pytest

from config.row_security import Actor, acting_as
from moderation.books.neighbours import neighbours
from tests import factories
from tests.moderation.submitted import LIST, ago

pytestmark = pytest.mark.django_db

PRICES = {"A": "3.00", "B": None, "C": "1.00", "D": "3.00", "E": None}


@pytest.fixture
def books():
    """Pending books by title; A has waited longest."""
    reader = factories.UserFactory()
    made = {}
    for hours, (title, price) in enumerate(PRICES.items()):
        book = factories.BookFactory(
            title=title,
            price=price and Decimal(price),
            publisher=None,
            created_by=reader,
            authors=[f"Author of {title}"],
        )
        made[title] = ago(book, hours=9 - hours)
    with acting_as(Actor(role="staff")):
        for book in made.values():
            book.refresh_from_db()
    return made


@pytest.fixture
def around(rf, moderator, books):
    def ask(title, query):
        request = rf.get(LIST, {"_changelist_filters": query})
        request.user = moderator
        with acting_as(Actor(role="staff", user_id=moderator.pk)):
            found = neighbours(request, books[title])
        titles = {book.pk: book.title for book in books.values()}
        return titles.get(found.previous), titles.get(found.next), found.place, found.total

    return ask


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "ABCDE"),
        ("o=-7", "EDCBA"),
        ("o=2", "ABCDE"),
        ("state=all", "EDCBA"),
        ("q=author", "EDCBA"),
        ("q=author&o=2", "ABCDE"),
        ("o=nonsense", "ABCDE"),
        ("created_at_to=2999-01-01&p=7", "ABCDE"),
    ],
)
def test_they_follow_the_list(around, books, query, order):
    for place, title in enumerate(order):
        before = order[place - 1] if place else None
        after = order[place + 1] if place + 1 < len(order) else None
        assert around(title, query) == (before, after, place + 1, len(order))


@pytest.mark.parametrize("column", ["o=6", "o=-6", "o=6.2", "o=-6.-2"])
def test_books_without_a_price_have_their_place(around, client, moderator, books, column):
    client.force_login(moderator)
    shown = [book.title for book in client.get(f"{LIST}?{column}").context["cl"].result_list]
    for place, title in enumerate(shown):
        before = shown[place - 1] if place else None
        after = shown[place + 1] if place + 1 < len(shown) else None
        assert around(title, column) == (before, after, place + 1, len(shown))


def test_a_book_that_has_left_the_list_has_a_next_one(around, books):
    assert around("B", "o=2&language=en&created_at_from=2999-01-01") == (None, None, None, 0)
    books["B"].status = "ACTIVE"
    with acting_as(Actor(role="system")):
        type(books["B"]).objects.filter(pk=books["B"].pk).update(
            sent_back_at="2026-01-01T00:00Z", sent_back_reason="x"
        )
    assert around("B", "") == ("A", "C", None, 4)


def test_filters_that_make_no_sense_are_those_of_the_queue(around, books):
    assert around("B", "isbn13__nonsense=1") == ("A", "C", 2, 5)

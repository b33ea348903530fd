import pytest

from catalog import genres
from catalog.models import Genre
from config.row_security import SYSTEM, acting_as
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_order_is_the_one_named():
    assert [g.name for g in genres.named(["Poetry", "Art", "Essay"])] == ["Poetry", "Art", "Essay"]


def test_the_first_spelling_stays():
    genres.named(["Science fiction"])
    assert [g.name for g in genres.named(["SCIENCE  FICTION", "science fiction"])] == [
        "Science fiction"
    ]
    assert Genre.objects.count() == 1


def test_no_names_ask_no_question(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert genres.named([]) == []


def test_setting_replaces_what_was_there():
    with acting_as(SYSTEM):
        book = factories.BookFactory()
        genres.set_on(book, ["Poetry", "Art"])
        genres.set_on(book, ["Essay", "Poetry"])
        assert [str(tag) for tag in book.book_genres.all()] == ["Essay", "Poetry"]


def test_adding_keeps_what_is_there_and_names_none_twice():
    with acting_as(SYSTEM):
        book = factories.BookFactory()
        genres.set_on(book, ["Poetry", "Art"])
        genres.add_to(book, ["ART", "Essay", "essay", "Drama"])
        assert [str(tag) for tag in book.book_genres.all()] == ["Poetry", "Art", "Essay", "Drama"]


def test_adding_nothing_asks_and_tells_nothing(django_assert_num_queries):
    with acting_as(SYSTEM):
        book = factories.BookFactory()
        with django_assert_num_queries(0):
            genres.add_to(book, [])

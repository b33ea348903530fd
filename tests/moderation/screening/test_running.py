"""Books are screened when they come, when they change, and when what they resemble does."""

from decimal import Decimal

import pytest

from catalog import lifecycle
from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from moderation.models import CoverCheck, DueScreening, Flag, Likeness, Screening
from moderation.screening import candidates, due, prices, running
from moderation.tasks import screen_books, screen_books_anew
from tests import factories, sql

pytestmark = pytest.mark.django_db


def screen_all():
    """Screen until nothing is due; give how many books that were, one as often as it was."""
    return sum(outcome.screened for outcome in running.screen_due())


def flags(book):
    with acting_as(SYSTEM):
        screening = Screening.objects.filter(book=book).first()
    return screening and screening.flags


def fact(book, flag):
    with acting_as(SYSTEM):
        return Screening.objects.get(book=book).facts[flag]


def is_due(book):
    with acting_as(SYSTEM):
        return DueScreening.objects.filter(book=book).exists()


def change(book, **fields):
    with acting_as(SYSTEM):
        Book.objects.filter(pk=book.pk).update(**fields)


@pytest.fixture
def emma():
    return factories.BookFactory(title="Emma", authors=["Jane Austen"])


@pytest.fixture
def shared_emma():
    """Emma in the catalog, by Jane Austen, with an edition."""
    author = factories.AuthorFactory(name="Jane Austen")
    edition = factories.EditionFactory(title="Emma", work__title="Emma", publish_year=2003)
    factories.AuthorWorkFactory(author=author, work=edition.work)
    with acting_as(SYSTEM):
        edition.work.primary_edition = edition
        edition.work.save()
    return edition


class TestWhen:
    def test_a_new_book_is_screened_once(self, emma):
        assert is_due(emma)
        assert [screen_books(), screen_books()] == [1, 0]
        assert flags(emma) == [Flag.NO_COVER]
        with acting_as(SYSTEM):
            assert emma.screening.book_version == emma.updated_at

    def test_a_changed_book_is_screened_again(self, emma):
        screen_all()
        change(emma, price=Decimal(0))
        assert screen_all() == 1
        assert flags(emma) == [Flag.NO_COVER, Flag.ODD_PRICE]
        change(emma, price=Decimal(0))
        assert screen_all() == 0

    def test_a_book_that_was_decided_about_drops_its_flags(self, emma):
        screen_all()
        with acting_as(SYSTEM):
            lifecycle.finalize(emma)
        assert flags(emma) is None
        assert not is_due(emma)
        assert screen_all() == 0

    def test_a_discarded_book_takes_all_along(self, emma):
        other = factories.BookFactory(title="Emma", authors=["Jane Austen"])
        screen_all()
        assert Flag.SAME_BOOK in flags(other)
        with acting_as(SYSTEM):
            lifecycle.discard(emma)
        screen_all()
        assert flags(other) == [Flag.NO_COVER]

    def test_what_a_killed_worker_had_comes_due_again(self, emma):
        assert list(due.take(10)) == [emma.pk]
        assert due.take(10) == {}
        with acting_as(SYSTEM):
            sql.run("UPDATE screenings_due SET due_at = clock_timestamp()")
        assert screen_all() == 1

    def test_a_book_that_changes_meanwhile_stays_on_the_list(self, emma):
        taken = due.take(10)
        change(emma, title="Persuasion")
        running.screen(taken, {})
        assert is_due(emma)

    def test_all_are_screened_anew(self, emma):
        screen_all()
        screen_books_anew()
        assert not is_due(emma)
        due.note_all()
        assert screen_all() == 1

    def test_a_book_of_now_is_newer_than_an_older_screening(self, emma):
        screen_all()
        with acting_as(SYSTEM):
            lifecycle.send_back(emma, "Which Emma?")
        assert is_due(emma)


class TestWhat:
    def test_both_of_a_pair_are_told(self, emma):
        screen_all()
        twin = factories.BookFactory(title="EMMA", authors=["jane austen"])
        assert screen_all() == 2
        for one, other in ((emma, twin), (twin, emma)):
            assert Flag.SAME_BOOK in flags(one)
            with acting_as(SYSTEM):
                (like,) = Likeness.objects.filter(book=one)
            assert (like.other_book_id, like.score) == (other.pk, 1)
        assert screen_all() == 0

    def test_both_of_a_pair_hear_that_they_are_none(self, emma):
        twin = factories.BookFactory(title="Emma", authors=["Jane Austen"])
        screen_all()
        change(twin, title="Quite Another Story")
        screen_all()
        assert flags(emma) == flags(twin) == [Flag.NO_COVER]
        assert screen_all() == 0

    def test_a_pending_one_hears_what_became_of_its_twin(self, emma):
        twin = factories.BookFactory(title="Emma", authors=["Jane Austen"])
        screen_all()
        with acting_as(SYSTEM):
            lifecycle.finalize(twin)
        screen_all()
        assert "(on sale)" in fact(emma, Flag.SAME_BOOK)

    def test_the_isbn_of_a_catalogs_edition(self, shared_emma):
        book = factories.BookFactory(title="Emma", authors=["J. Austen"], isbn13=shared_emma.isbn13)
        screen_all()
        assert fact(book, Flag.SAME_ISBN) == (
            "Open Library's “Emma” (Jane Austen, 2003) has this ISBN; finalizing adds to that work."
        )

    def test_the_catalogs_work_of_the_same_name(self, emma, shared_emma):
        screen_all()
        with acting_as(SYSTEM):
            assert [like.edition for like in emma.likenesses.all()] == [shared_emma]
        assert Flag.SAME_BOOK in flags(emma)

    def test_near_titles_of_the_catalog_and_of_books(self, shared_emma):
        book = factories.BookFactory(title="Emma: A Novel", authors=["Austen, Jane"])
        other = factories.BookFactory(title="Emma: The Novel", authors=["Jane Austen"])
        screen_all()
        assert Flag.NEAR_TITLE in flags(book)
        with acting_as(SYSTEM):
            likes = {(like.other_book, like.edition) for like in book.likenesses.all()}
        assert likes == {(other, None), (None, shared_emma)}

    def test_a_readers_own_rows_are_nobodys_business(self, emma, reader):
        edition = factories.EditionFactory(owner_user=reader, isbn13=emma.isbn13, title="Emma")
        author = factories.AuthorFactory(owner_user=reader, name="Jane Austen")
        factories.AuthorWorkFactory(author=author, work=edition.work)
        screen_all()
        assert flags(emma) == [Flag.NO_COVER]

    def test_usual_prices_come_from_what_is_on_sale(self, monkeypatch):
        monkeypatch.setattr(prices, "ENOUGH", 3)
        for price in (10, 11, 12, 13):
            with acting_as(SYSTEM):
                lifecycle.finalize(factories.BookFactory(price=price))
        book = factories.BookFactory(price=100)
        screen_all()
        assert fact(book, Flag.ODD_PRICE).startswith("100.00 USD is very high. For paperbacks ")

    def test_a_title_in_another_language(self):
        book = factories.BookFactory(title="Мастер и Маргарита", language="en")
        screen_all()
        assert Flag.OTHER_LANGUAGE in flags(book)

    def test_a_rule_that_breaks_down_takes_no_other_with_it(self, emma, monkeypatch):
        def broken(_ids):
            return sql.run("SELECT 1 / 0")

        monkeypatch.setitem(candidates.SEARCHES, "editions_with_isbn", broken)
        monkeypatch.setattr(prices, "fact", broken)
        twin = factories.BookFactory(title="Emma", authors=["Jane Austen"])
        (outcome,) = list(running.screen_due())
        assert outcome.failed == 2
        assert flags(twin) == [Flag.SAME_BOOK, Flag.NO_COVER]


def test_the_answer_of_a_cover_is_told(emma):
    url = "https://covers.openlibrary.org/b/id/1-L.jpg"
    change(emma, cover_images=[url])
    screen_all()
    assert flags(emma) == []
    assert is_due(emma)
    with acting_as(SYSTEM):
        CoverCheck.objects.create(url=url, answer="blank", ask_again_at="2100-01-01T00:00Z")
    change(emma, description="A matchmaker is mistaken.")
    screen_all()
    assert flags(emma) == [Flag.BROKEN_COVER]
    assert not is_due(emma)

"""Where a finalized book lands in the catalog, and what becomes of it when it is withdrawn."""

import pytest

from catalog import lifecycle
from catalog.models import Author, AuthorWork, Edition, Work
from config.errors import ConflictError, NotFoundError
from config.row_security import SYSTEM, Actor, acting_as, current_actor
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_system():
    with acting_as(SYSTEM):
        yield


def finalize(**fields):
    return lifecycle.finalize(factories.BookFactory(**fields))


def test_a_new_book_becomes_work_edition_and_authors():
    book = finalize(
        authors=["Terry Pratchett", "Neil Gaiman"],
        language="en",
        cover_images=["https://cdn.bookhub.com/a.jpg", "https://cdn.bookhub.com/b.jpg"],
    )
    edition = book.edition
    work = Work.objects.get()
    assert (work.title, work.first_publish_year) == (book.title, 2025)
    assert (work.primary_edition, work.book, work.manual) == (edition, book, False)
    assert [a.name for a in work.authors.order_by("author_works__position")] == book.authors
    assert (edition.isbn13, edition.title, edition.language) == (book.isbn13, book.title, "en")
    assert (edition.publish_year, edition.publish_date) == (2025, book.published_date)
    assert edition.cover_url == "https://cdn.bookhub.com/a.jpg"
    assert edition.isbns.get().isbn13 == book.isbn13


def test_what_is_not_known_stays_unknown():
    book = finalize(published_date=None, language="", cover_images=[])
    edition = book.edition
    assert (edition.publish_year, edition.language, edition.cover_url) == (None, None, None)
    assert edition.work.first_publish_year is None


def test_an_edition_with_the_isbn_is_taken():
    known = factories.EditionFactory()
    book = finalize(isbn13=known.isbn13)
    assert book.edition == known
    assert (Edition.objects.count(), Work.objects.count(), Author.objects.count()) == (1, 1, 0)


def test_a_readers_private_edition_is_not(reader):
    private = factories.EditionFactory(owner_user=reader)
    book = finalize(isbn13=private.isbn13)
    assert book.edition != private
    assert book.edition.owner_user is None


def test_of_editions_that_repeat_an_isbn_the_one_that_keeps_it_is_taken():
    keeper = factories.EditionFactory()
    other = factories.EditionFactory(isbn13=None)
    other.isbns.create(isbn13=keeper.isbn13)
    assert finalize(isbn13=keeper.isbn13).edition == keeper


def test_an_isbn_that_an_edition_only_repeats_is_found():
    other = factories.EditionFactory(isbn13=None)
    isbn = factories.isbn13(77)
    other.isbns.create(isbn13=isbn)
    assert finalize(isbn13=isbn).edition == other


class TestAuthors:
    def test_the_one_author_of_a_name_is_taken(self):
        known = factories.AuthorFactory(name="Zofia  Nałkowska")
        book = finalize(authors=["ZOFIA NAŁKOWSKA"])
        assert book.edition.work.authors.get() == known

    def test_two_books_share_their_author(self):
        first, second = (finalize(authors=["Jane Developer"]) for _ in range(2))
        assert first.edition.work.authors.get() == second.edition.work.authors.get()

    def test_among_namesakes_none_is_guessed(self):
        namesakes = [factories.AuthorFactory(name="John Smith") for _ in range(2)]
        book = finalize(authors=["John Smith"])
        assert book.edition.work.authors.get() not in namesakes

    def test_among_namesakes_the_one_from_an_earlier_book_is_taken(self):
        for _ in range(2):
            factories.AuthorFactory(name="John Smith")
        first, second = (finalize(authors=["John Smith"]) for _ in range(2))
        assert first.edition.work.authors.get() == second.edition.work.authors.get()

    def test_a_readers_private_author_is_not_taken(self, reader):
        private = factories.AuthorFactory(name="Jane Developer", owner_user=reader)
        assert finalize(authors=["Jane Developer"]).edition.work.authors.get() != private

    def test_one_name_in_two_spellings_is_one_author(self):
        book = finalize(authors=["Jane Developer", "JANE  DEVELOPER"])
        assert AuthorWork.objects.filter(work=book.edition.work).count() == 1


class TestWithdraw:
    def test_the_work_leaves_search_and_stays_on_shelves(self, reader):
        book = finalize()
        work = book.edition.work
        factories.UserWorkFactory(user=reader, work=work)
        lifecycle.deactivate(book)
        work.refresh_from_db()
        assert not work.listed
        assert reader.user_works.get().work == work

    def test_a_work_of_the_shared_catalog_stays_listed(self):
        known = factories.EditionFactory()
        lifecycle.deactivate(finalize(isbn13=known.isbn13))
        assert Work.objects.get().listed

    def test_a_work_with_another_edition_stays_listed(self):
        book = finalize()
        factories.EditionFactory(work=book.edition.work)
        lifecycle.deactivate(book)
        assert Work.objects.get(pk=book.edition.work_id).listed


def test_the_actor_is_as_before_afterwards(member):
    actor = Actor("user", member.pk, member.membership.publisher_id)
    book = factories.BookFactory(publisher=member.membership.publisher)
    with acting_as(actor):
        lifecycle.finalize(book)
        assert current_actor() == actor
        # The shared catalog is not the publisher's to write, though finalizing just did.
        assert Author.objects.update(name="Somebody else") == 0


class TestAnotherEditionOfAWork:
    def test_the_work_has_one_more_edition_and_stays_as_it_is(self):
        known = factories.EditionFactory(work__title="Emma")
        work = known.work
        factories.AuthorWorkFactory(work=work, author__name="Jane Austen")
        Work.objects.filter(pk=work.pk).update(primary_edition=known)
        book = factories.BookFactory(title="Emma, annotated", authors=["J. Austen"])
        edition = lifecycle.finalize(book, work).edition
        work.refresh_from_db()
        assert (edition.work, edition.book, edition.title) == (work, book, "Emma, annotated")
        assert (work.title, work.primary_edition, work.book) == ("Emma", known, None)
        assert [author.name for author in work.authors.all()] == ["Jane Austen"]
        assert Author.objects.count() == 1

    def test_a_work_without_editions_shows_this_one_and_is_listed_again(self):
        work = factories.WorkFactory(listed=False)
        edition = lifecycle.finalize(factories.BookFactory(), work).edition
        work.refresh_from_db()
        assert (work.primary_edition, work.listed) == (edition, True)

    def test_its_edition_with_the_isbn_is_taken_even_where_others_repeat_it(self):
        keeper = factories.EditionFactory()
        own = factories.EditionFactory(isbn13=None)
        own.isbns.create(isbn13=keeper.isbn13)
        book = factories.BookFactory(isbn13=keeper.isbn13)
        assert lifecycle.finalize(book, own.work).edition == own
        assert Edition.objects.count() == 2

    def test_an_isbn_of_another_work_is_refused_by_name(self):
        other = factories.EditionFactory(title="Emma (Penguin)", work__title="Emma")
        book, work = factories.BookFactory(isbn13=other.isbn13), factories.WorkFactory()
        with pytest.raises(ConflictError, match=r"“Emma \(Penguin\)”.* “Emma”"):
            lifecycle.finalize(book, work)
        book.refresh_from_db()
        assert (book.status, Edition.objects.count()) == ("PENDING", 1)

    def test_a_readers_private_work_is_none(self, reader):
        with pytest.raises(NotFoundError, match="not in the catalog"):
            lifecycle.finalize(factories.BookFactory(), factories.WorkFactory(owner_user=reader))

    def test_a_book_without_an_isbn_may_be_one(self, reader):
        book = factories.BookFactory(isbn13=None, price=None, publisher=None, created_by=reader)
        edition = lifecycle.finalize(book, factories.WorkFactory()).edition
        assert (edition.isbn13, edition.book) == (None, book)

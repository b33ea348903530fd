"""Rows that change or withdraw a book, by the same rules as the API's PUT and DELETE."""

from decimal import Decimal

import pytest
from django.db import transaction

from catalog import lifecycle
from catalog.models import Book, Edition
from config.row_security import SYSTEM, acting_as
from enrichment.book_files.rows import Action, Row
from enrichment.book_import import BookImport, DryRun
from tests import factories
from tests.factories import isbn13

pytestmark = pytest.mark.django_db
PENDING_ONLY = "The book is {}; it must be PENDING to be changed."


def row(action, number=1, **fields):
    data = {"isbn": isbn13(number)} | fields
    return Row(number, data, data, 100, action=action)


def whole(action, number=1, **fields):
    said = {"title": f"Book {number}", "author": "A", "price": 1} | fields
    return row(action, number, **said)


@pytest.fixture
def acme():
    return factories.PublisherFactory(name="Acme")


@pytest.fixture
def load(acme):
    """Give `load(rows)`: what becomes of them, in one batch; `dry` says it beforehand."""

    def run(*rows, finalize=False):
        with transaction.atomic():
            dry = DryRun(acme, finalize=finalize).load(rows)
            # It has made the transaction read-only, which ends with this savepoint.
            transaction.set_rollback(True)
        wet = BookImport(acme, finalize=finalize).load(rows)
        assert _counts(dry) == _counts(wet)
        return wet

    return run


def _counts(result):
    told = [refusal.details for refusal in result.refused]
    return result.created, result.updated, result.deleted, result.already_there, told


def submitted(publisher, number=1, *, active=False, **fields):
    with acting_as(SYSTEM):
        book = lifecycle.submit(
            publisher=publisher,
            title="Old",
            authors=["Old Author"],
            isbn13=isbn13(number),
            price=Decimal("5.00"),
            **fields,
        )
        return lifecycle.finalize(book) if active else book


def read(number=1):
    with acting_as(SYSTEM):
        return Book.objects.filter(isbn13=isbn13(number)).first()


def reasons(result):
    return [(each["field"], each["message"]) for one in result.refused for each in one.details]


class TestUpdate:
    def test_a_pending_book_takes_what_is_named_and_keeps_the_rest(self, load, acme):
        submitted(acme, description="Kept", currency="EUR", genre_names=["Kept"])
        result = load(row(Action.UPDATE, price=7, title="New"))
        assert (result.updated, result.refused) == (1, [])
        book = read()
        assert (book.title, book.price, book.currency) == ("New", Decimal("7.00"), "EUR")
        assert (book.authors, book.description) == (["Old Author"], "Kept")
        with acting_as(SYSTEM):
            assert [tag.genre.name for tag in book.book_genres.all()] == ["Kept"]

    def test_what_is_named_and_empty_is_emptied(self, load, acme):
        submitted(acme, description="Gone", genre_names=["Gone"])
        load(row(Action.UPDATE, description="", genres=[]))
        assert read().description == ""
        with acting_as(SYSTEM):
            assert not read().book_genres.exists()

    def test_the_rules_of_the_api_hold(self, load, acme):
        submitted(acme)
        result = load(row(Action.UPDATE, price=None, title=""))
        assert {field for field, _ in reasons(result)} == {"title", "price"}
        assert read().title == "Old"

    def test_an_active_book_stays(self, load, acme):
        submitted(acme, active=True)
        assert reasons(load(row(Action.UPDATE, title="New"))) == [
            ("row", PENDING_ONLY.format("ACTIVE"))
        ]

    def test_a_book_that_is_not_there_or_anothers(self, load):
        submitted(factories.PublisherFactory(), 2)
        told = reasons(load(row(Action.UPDATE, 1, price=1), row(Action.UPDATE, 2, price=1)))
        assert (
            told
            == [("isbn", "No book of this publisher has this ISBN, so there is none to update.")]
            * 2
        )
        assert read(2).price == Decimal("5.00")

    def test_a_book_of_the_same_file(self, load):
        result = load(whole(Action.CREATE), whole(Action.UPDATE, title="New"))
        assert (result.created, result.updated) == (1, 1)
        assert read().title == "New"

    def test_a_part_of_a_book_of_the_same_file(self, load):
        result = load(whole(Action.CREATE), row(Action.UPDATE, price=7))
        assert (result.created, result.updated) == (1, 1)
        assert (read().title, read().price) == ("Book 1", Decimal("7.00"))


class TestDelete:
    def test_a_pending_book_is_discarded(self, load, acme):
        submitted(acme)
        assert load(row(Action.DELETE)).deleted == 1
        assert read() is None

    def test_an_active_book_leaves_the_catalog_and_again_is_no_mistake(self, load, acme):
        submitted(acme, active=True)
        assert load(row(Action.DELETE)).deleted == 1
        assert read().status == "INACTIVE"
        assert load(row(Action.DELETE)).already_there == 1
        with acting_as(SYSTEM):
            assert not Edition.objects.filter(book__status="ACTIVE").exists()

    def test_a_book_that_is_not_there_or_anothers(self, load):
        submitted(factories.PublisherFactory(), 2)
        told = reasons(load(row(Action.DELETE, 1), row(Action.DELETE, 2)))
        assert {field for field, _ in told} == {"isbn"}
        assert read(2) is not None

    @pytest.mark.parametrize("isbn", [None, "", "wrong", 5])
    def test_without_a_good_isbn(self, isbn, load):
        ((field, _),) = reasons(load(Row(1, {"isbn": isbn}, {}, 1, action=Action.DELETE)))
        assert field == "isbn"

    def test_what_is_deleted_may_come_again(self, load):
        result = load(whole(Action.CREATE), row(Action.DELETE), whole(Action.CREATE))
        assert (result.created, result.deleted) == (2, 1)

    def test_a_finalized_book_of_the_same_file(self, load):
        result = load(whole(Action.CREATE), row(Action.DELETE), finalize=True)
        assert (result.created, result.deleted) == (1, 1)
        assert read().status == "INACTIVE"


def test_notes_of_rows_that_are_in(acme):
    note = {"field": "coverImages", "message": "left out"}
    data = whole(Action.CREATE).data
    noted = Row(1, data, data, 1, notes=(note,))
    assert BookImport(acme).load([noted]).notes == [note]

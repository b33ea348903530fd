"""What the catalog's triggers allow, whoever writes and however: bare SQL."""

import re
from itertools import product

import pgtrigger
import pytest
from django.db import DatabaseError, transaction

from catalog.models import TRANSITIONS, Author, Book, Edition, Work
from config.row_security import SYSTEM, acting_as
from tests import factories, sql
from tests.factories import isbn13

pytestmark = pytest.mark.django_db

STATUSES = ["PENDING", "ACTIVE", "INACTIVE"]


@pytest.fixture
def as_system(db):
    with acting_as(SYSTEM):
        yield


class TestLifecycle:
    @pytest.fixture
    def book(self, as_system):
        """A function that gives a book's id in a status, however it came there."""
        factories.EditionFactory()

        def in_status(status):
            book = factories.BookFactory()
            with pgtrigger.ignore("catalog.Book:lifecycle"):
                self.move(book.pk, status)
            return book.pk

        return in_status

    @staticmethod
    def move(key, status):
        edition, finalized = "(SELECT id FROM editions LIMIT 1)", "now()"
        if status == "PENDING":
            edition = finalized = "NULL"
        return sql.run(
            f"UPDATE books SET status = %s, edition_id = {edition}, finalized_at = {finalized}"
            " WHERE id = %s",
            [status, key],
        )

    def can_go(self, key, origin, target):
        try:
            with transaction.atomic():
                self.move(key, target)
        except DatabaseError as refusal:
            arrow = f'"status" from "{origin}" to "{target}"'
            if f"Invalid transition of field {arrow}" in str(refusal):
                return False
            raise
        return True

    def test_only_the_arrows_of_the_lifecycle_can_be_gone(self, book):
        gone = [
            (origin, target)
            for origin, target in product(STATUSES, STATUSES)
            if self.can_go(book(origin), origin, target)
        ]
        staying = [(status, status) for status in STATUSES]
        assert sorted(gone) == sorted([*TRANSITIONS, *staying])

    def test_the_trigger_and_the_models_name_the_same_arrows(self):
        source = sql.value(
            "SELECT prosrc FROM pg_proc WHERE proname LIKE 'pgtrigger\\_lifecycle\\_%'"
        )
        arrows = re.search(r"'\{(.*)\}'::text\[\]", source)[1].split(",")
        assert [tuple(arrow.split(":")) for arrow in arrows] == TRANSITIONS

    def test_one_book_too_many_refuses_the_whole_statement(self, book):
        pending, inactive = book("PENDING"), book("INACTIVE")
        edition = factories.EditionFactory().pk
        with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
            sql.run(
                "UPDATE books SET status = 'ACTIVE', edition_id = %s, finalized_at = now()",
                [edition],
            )
        statuses = dict(sql.ask("SELECT id, status FROM books"))
        assert statuses == {pending: "PENDING", inactive: "INACTIVE"}


class TestUpdatedAt:
    @pytest.mark.parametrize(
        ("model", "factory", "change"),
        [
            (Author, factories.AuthorFactory, "name = 'Jane'"),
            (Work, factories.WorkFactory, "first_publish_year = 1999"),
            (Edition, factories.EditionFactory, "language = 'pl'"),
            (Book, factories.BookFactory, "description = 'x'"),
            # The column that the table's generated key is made of.
            (Book, factories.BookFactory, "title = 'Faust'"),
        ],
    )
    def test_it_moves_with_a_real_change_alone(self, model, factory, change):
        key = {"id": factory().pk}
        assert sql.touches_updated_at(model, change, key) == (False, True)


class TestOwner:
    @pytest.mark.parametrize(
        "factory", [factories.AuthorFactory, factories.WorkFactory, factories.EditionFactory]
    )
    @pytest.mark.parametrize(
        ("owned", "change"),
        [
            (True, "owner_user_id = %s"),
            (True, "owner_user_id = NULL, manual = false"),
            (False, "owner_user_id = %s, manual = true, openlibrary_id = NULL"),
        ],
    )
    def test_a_catalog_row_never_changes_hands(self, factory, owned, change, reader, other_reader):
        row = factory(owner_user=reader if owned else None)
        table = row._meta.db_table
        parameters = [other_reader.pk] * change.count("%s")
        with (
            acting_as(SYSTEM),
            pytest.raises(DatabaseError, match=f"Cannot update rows from {table} table"),
            transaction.atomic(),
        ):
            sql.run(f"UPDATE {table} SET {change}", parameters)

    @pytest.mark.parametrize(
        ("author_owner", "work_owner", "link_owner"),
        [
            (None, None, None),
            ("reader", None, "reader"),
            (None, "reader", "reader"),
            ("reader", "reader", "reader"),
        ],
    )
    def test_a_link_belongs_to_whom_its_ends_belong(
        self, author_owner, work_owner, link_owner, request, other_reader
    ):
        author, work = self._ends(request, author_owner, work_owner)
        with acting_as(SYSTEM):
            # What the writer says about the owner does not count.
            sql.insert(
                "author_works", author_id=author.pk, work_id=work.pk, owner_user_id=other_reader.pk
            )
            owner = sql.value("SELECT owner_user_id FROM author_works")
        assert owner == (link_owner and request.getfixturevalue(link_owner).pk)

    def test_a_link_between_two_owners_is_refused(self, request):
        author, work = self._ends(request, "reader", "other_reader")
        with acting_as(SYSTEM), sql.refused_by("author_works_one_owner"):
            sql.insert("author_works", author_id=author.pk, work_id=work.pk)

    def test_a_link_that_moves_takes_its_new_ends_owner(self, reader, other_reader):
        factories.AuthorWorkFactory(author__owner_user=reader)
        own = factories.WorkFactory(owner_user=reader)
        rivals = factories.WorkFactory(owner_user=other_reader)
        move = "UPDATE author_works SET work_id = %s, owner_user_id = NULL"
        with acting_as(SYSTEM):
            sql.run(move, [own.pk])
            assert sql.ask("SELECT work_id, owner_user_id FROM author_works") == [
                (own.pk, reader.pk)
            ]
            with sql.refused_by("author_works_one_owner"):
                sql.run(move, [rivals.pk])

    @staticmethod
    def _ends(request, author_owner, work_owner):
        people = [name and request.getfixturevalue(name) for name in (author_owner, work_owner)]
        return (
            factories.AuthorFactory(owner_user=people[0]),
            factories.WorkFactory(owner_user=people[1]),
        )


class TestListedIsbns:
    LISTED = "SELECT isbn13, owner_user_id FROM edition_isbns ORDER BY isbn13"

    @pytest.mark.parametrize("owner", [None, "reader"])
    def test_an_editions_isbn_is_listed_with_its_owner(self, owner, request):
        user = owner and request.getfixturevalue(owner)
        factories.EditionFactory(isbn13=isbn13(1), owner_user=user)
        with acting_as(SYSTEM):
            assert sql.ask(self.LISTED) == [(isbn13(1), user and user.pk)]

    def test_an_edition_without_isbn_lists_none(self):
        factories.EditionFactory(isbn13=None)
        with acting_as(SYSTEM):
            assert sql.ask(self.LISTED) == []

    def test_an_isbn_that_comes_later_is_listed_too(self):
        edition = factories.EditionFactory(isbn13=None)
        with acting_as(SYSTEM):
            sql.run("UPDATE editions SET isbn13 = %s WHERE id = %s", [isbn13(1), edition.pk])
            assert sql.ask(self.LISTED) == [(isbn13(1), None)]

    def test_an_isbn_that_is_listed_already_is_no_obstacle(self):
        edition = factories.EditionFactory(isbn13=None)
        with acting_as(SYSTEM):
            sql.insert("edition_isbns", isbn13=isbn13(1), edition_id=edition.pk)
            sql.run("UPDATE editions SET isbn13 = %s WHERE id = %s", [isbn13(1), edition.pk])
            assert sql.ask(self.LISTED) == [(isbn13(1), None)]

    def test_a_corrected_isbn_leaves_the_list(self, reader):
        edition = factories.EditionFactory(isbn13=isbn13(1), owner_user=reader)
        other = factories.EditionFactory(isbn13=isbn13(1))
        correct = "UPDATE editions SET isbn13 = %s WHERE id = %s"
        with acting_as(SYSTEM):
            sql.run(correct, [isbn13(2), edition.pk])
            assert sql.ask(self.LISTED) == [(isbn13(1), None), (isbn13(2), reader.pk)]
            sql.run(correct, [None, edition.pk])
            assert sql.ask(self.LISTED) == [(isbn13(1), None)]
            assert sql.value("SELECT edition_id FROM edition_isbns") == other.pk

    def test_open_librarys_edition_keeps_all_its_isbns(self):
        factories.EditionFactory(isbn13=isbn13(1))
        with acting_as(SYSTEM):
            sql.run("UPDATE editions SET isbn13 = %s", [isbn13(2)])
            assert sql.ask(self.LISTED) == [(isbn13(1), None), (isbn13(2), None)]

    def test_an_edition_that_is_saved_as_it_is_keeps_its_isbn(self, reader):
        factories.EditionFactory(isbn13=isbn13(1), owner_user=reader)
        with acting_as(SYSTEM):
            sql.run("UPDATE editions SET isbn13 = isbn13, title = 'x'")
            assert sql.ask(self.LISTED) == [(isbn13(1), reader.pk)]


class TestPrimaryEdition:
    @pytest.mark.parametrize("owner", [None, "reader"])
    def test_a_works_own_edition_is_taken(self, owner, request):
        edition = factories.EditionFactory(owner_user=owner and request.getfixturevalue(owner))
        assert self._choose(edition.work_id, edition) == 1

    def test_another_works_edition_is_refused(self):
        with sql.refused_by("works_primary_edition_own"):
            self._choose(factories.WorkFactory().pk, factories.EditionFactory())

    def test_a_readers_edition_of_a_shared_work_is_refused(self, reader):
        """Others would see that it is there, and the platform could not let go of the work."""
        work = factories.WorkFactory()
        with sql.refused_by("works_primary_edition_own"):
            self._choose(work.pk, factories.EditionFactory(work=work, owner_user=reader))

    def test_an_edition_that_moves_is_no_longer_the_old_works_choice(self):
        edition = factories.EditionFactory()
        self._choose(edition.work_id, edition)
        with acting_as(SYSTEM):
            sql.run("UPDATE editions SET work_id = %s", [factories.WorkFactory().pk])
            assert sql.ask("SELECT primary_edition_id FROM works") == [(None,), (None,)]

    @staticmethod
    def _choose(work, edition):
        with acting_as(SYSTEM):
            return sql.run(
                "UPDATE works SET primary_edition_id = %s WHERE id = %s", [edition.pk, work]
            )

"""What the shelves' triggers do, whoever writes and however: bare SQL.

Counting and limits, which shelves share with the catalog, are in tests/config/test_triggers.py.
"""

from uuid import UUID

import pgtrigger
import pytest
from django.db import DatabaseError, transaction

from config.row_security import SYSTEM, Actor, acting_as
from shelves.models import Rating, UserWork
from tests import factories, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(reader):
    """A work on the reader's shelf, to_read since the year 2000."""
    item = factories.UserWorkFactory(user=reader)
    with acting_as(SYSTEM):
        sql.run("UPDATE user_works SET status_updated_at = '2000-01-01'")
        yield item


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ("status = 'read'", True),
        ("status = 'hidden', available_in_legimi = true", True),
        ("status = 'to_read'", False),
        ("status = status, available_in_legimi = false", False),
        ("available_in_legimi = true, legimi_checked_at = now()", False),
    ],
)
def test_status_updated_at_moves_with_the_status_alone(change, moves, item):
    sql.run(f"UPDATE user_works SET {change}")
    assert sql.value("SELECT status_updated_at > '2000-01-01' FROM user_works") is moves


def test_status_updated_at_says_what_is_typed_unless_the_status_changes(item):
    sql.run("UPDATE user_works SET status = 'read', status_updated_at = '1999-01-01'")
    assert sql.value("SELECT status_updated_at > '2000-01-01' FROM user_works")


@pytest.mark.parametrize("change", ["status = 'read'", "available_in_legimi = false"])
def test_updated_at_moves_with_a_real_change_alone(change, item):
    key = {"user_id": item.user_id, "work_id": item.work_id}
    assert sql.touches_updated_at(UserWork, change, key) == (False, True)


@pytest.mark.parametrize(
    ("table", "column", "factory"),
    [
        ("user_works", "user_id", factories.UserFactory),
        ("user_works", "work_id", factories.WorkFactory),
        ("user_authors", "user_id", factories.UserFactory),
        ("user_authors", "author_id", factories.AuthorFactory),
    ],
)
def test_a_shelf_row_never_moves(table, column, factory, item):
    """Else the counters of two readers would be wrong, and a limit could be passed."""
    factories.UserAuthorFactory(user=item.user)
    with (
        pytest.raises(DatabaseError, match=f"Cannot update rows from {table} table"),
        transaction.atomic(),
    ):
        sql.run(f"UPDATE {table} SET {column} = %s", [factory().pk])


STAFF = Actor(role="staff", user_id=UUID(int=1))
editors = pytest.mark.parametrize("editor", [STAFF, SYSTEM])


def change(statement, parameters=(), actor=SYSTEM):
    with acting_as(actor):
        return sql.run(statement, parameters)


def asked(statement, parameters=()):
    with acting_as(SYSTEM):
        return sql.ask(statement, parameters)


class TestSortKeys:
    """Title and year beside the shelf's row, as its reader sees the work."""

    @pytest.fixture
    def edition(self, reader, other_reader):
        """The primary edition, of 1999, of a work on two shelves; each has another work, too."""
        edition = factories.EditionFactory(publish_year=1999, work__title="Solaris")
        change("UPDATE works SET primary_edition_id = %s", [edition.pk])
        for user in (reader, other_reader):
            factories.UserWorkFactory(user=user, work=edition.work)
            factories.UserWorkFactory(user=user, work__title="Other", work__first_publish_year=1)
        return edition

    @pytest.fixture
    def chosen(self, edition, reader):
        """Another edition, of 2005, which the reader has chosen."""
        chosen = factories.EditionFactory(work=edition.work, publish_year=2005)
        factories.EditionChoiceFactory(user=reader, edition=chosen)
        return chosen

    @pytest.fixture
    def keys(self, edition, reader, other_reader):
        """A function that gives title and year on the reader's shelf and on the other one."""

        def ask():
            found = asked(
                "SELECT user_id, title_key, publish_year FROM user_works WHERE work_id = %s",
                [edition.work_id],
            )
            by_user = {user: (title, year) for user, title, year in found}
            return [by_user[reader.pk], by_user[other_reader.pk]]

        yield ask
        others = "SELECT DISTINCT title_key, publish_year FROM user_works WHERE work_id <> %s"
        assert asked(others, [edition.work_id]) == [("other", 1)]

    def test_a_row_begins_with_what_the_work_says(self, keys):
        assert keys() == [("solaris", 1999)] * 2

    @editors
    @pytest.mark.parametrize(
        ("correction", "expected"),
        [
            ("title = 'Łódź'", ("lodz", 1999)),
            ("first_publish_year = 1961", ("solaris", 1961)),
            ("primary_edition_id = NULL", ("solaris", None)),
            ("listed = false", ("solaris", 1999)),
        ],
    )
    def test_every_shelf_follows_a_correction(self, correction, expected, edition, keys, editor):
        change(f"UPDATE works SET {correction} WHERE id = %s", [edition.work_id], editor)
        assert keys() == [expected] * 2

    @editors
    def test_every_shelf_follows_the_primary_editions_year(self, edition, keys, editor):
        change("UPDATE editions SET publish_year = 2001", actor=editor)
        assert keys() == [("solaris", 2001)] * 2

    def test_nobody_types_others(self, keys):
        change("UPDATE user_works SET title_key = 'x', publish_year = 7")
        assert keys() == [("solaris", 1999)] * 2

    def test_a_choice_changes_its_readers_year_alone(self, chosen, keys):
        assert keys() == [("solaris", 2005), ("solaris", 1999)]

    def test_another_choice_changes_it_again(self, edition, chosen, keys, reader):
        owner = Actor(role="user", user_id=reader.pk)
        third = factories.EditionFactory(work=edition.work, publish_year=2010)
        change("UPDATE edition_choices SET edition_id = %s", [third.pk], actor=owner)
        assert keys() == [("solaris", 2010), ("solaris", 1999)]
        change("DELETE FROM edition_choices", actor=owner)
        assert keys() == [("solaris", 1999)] * 2

    @editors
    def test_the_chosen_editions_year_is_followed(self, chosen, keys, editor):
        correct = "UPDATE editions SET publish_year = {} WHERE id = %s"
        change(correct.format(2006), [chosen.pk], editor)
        assert keys() == [("solaris", 2006), ("solaris", 1999)]
        change(correct.format("NULL"), [chosen.pk], editor)
        assert keys() == [("solaris", None), ("solaris", 1999)]

    @editors
    def test_the_works_first_year_comes_before_the_chosen_editions(
        self, edition, chosen, keys, editor
    ):
        """Also where it is the primary edition's, so that the work's own year stays the same."""
        change(
            "UPDATE works SET first_publish_year = 1999 WHERE id = %s", [edition.work_id], editor
        )
        assert keys() == [("solaris", 1999)] * 2
        change(
            "UPDATE works SET first_publish_year = NULL WHERE id = %s", [edition.work_id], editor
        )
        assert keys() == [("solaris", 2005), ("solaris", 1999)]

    @editors
    def test_a_chosen_edition_that_moves_is_chosen_no_more(self, chosen, keys, editor):
        away = factories.WorkFactory().pk
        change("UPDATE editions SET work_id = %s WHERE id = %s", [away, chosen.pk], editor)
        assert keys() == [("solaris", 1999)] * 2

    def test_a_work_that_comes_after_the_choice_has_the_chosen_year(self, reader):
        edition = factories.EditionFactory(publish_year=2005)
        factories.EditionChoiceFactory(user=reader, edition=edition)
        assert factories.UserWorkFactory(user=reader, work=edition.work).publish_year == 2005

    def test_sort_keys_do_not_touch_the_rows_times(self, chosen):
        with acting_as(SYSTEM), pgtrigger.ignore("shelves.UserWork:touch_updated_at"):
            sql.run("UPDATE user_works SET updated_at = '2000-01-01'")
        change("UPDATE works SET title = 'x', first_publish_year = 7")
        change("DELETE FROM edition_choices")
        times = asked(
            "SELECT DISTINCT title_key, publish_year, updated_at::date::text FROM user_works"
        )
        assert times == [("x", 7, "2000-01-01")]


class TestNameKey:
    @editors
    def test_every_follower_follows_a_rename(self, editor):
        author = factories.AuthorFactory(name="Stanisław  LEM")
        others = factories.UserAuthorFactory(author__name="Other")
        for _ in range(2):
            item = factories.UserAuthorFactory(author=author)
        assert (item.name_key, others.name_key) == ("stanislaw lem", "other")
        change("UPDATE authors SET name = 'Łem' WHERE id = %s", [author.pk], editor)
        keys = asked("SELECT name_key FROM user_authors ORDER BY name_key")
        assert keys == [("lem",), ("lem",), ("other",)]

    def test_nobody_types_another(self):
        factories.UserAuthorFactory(author__name="Lem")
        change("UPDATE user_authors SET name_key = 'x'")
        assert asked("SELECT name_key FROM user_authors") == [("lem",)]


class TestWorksGoWithTheirLastAuthor:
    @pytest.fixture
    def library(self, reader, other_reader):
        """Both readers follow A and B and have all of: A's, B's, both's, and nobody's work."""
        names = ("A", "B")
        authors = {name: factories.AuthorFactory(name=name) for name in names}
        works = {title: factories.WorkFactory(title=title) for title in ("A", "B", "AB", "none")}
        for title in ("A", "B", "AB"):
            for name in title:
                factories.AuthorWorkFactory(author=authors[name], work=works[title])
        for user in (reader, other_reader):
            for author in authors.values():
                factories.UserAuthorFactory(user=user, author=author)
            for work in works.values():
                factories.UserWorkFactory(user=user, work=work)
        return authors

    @staticmethod
    def shelf(user):
        found = asked(
            "SELECT w.title FROM user_works uw JOIN works w ON w.id = uw.work_id"
            " WHERE uw.user_id = %s ORDER BY w.title",
            [user.pk],
        )
        assert asked("SELECT work_count FROM profiles WHERE user_id = %s", [user.pk]) == [
            (len(found),)
        ]
        return [title for (title,) in found]

    @pytest.mark.parametrize("as_reader", [True, False])
    def test_a_work_stays_while_one_of_its_authors_is_followed(
        self, as_reader, library, reader, other_reader
    ):
        actor = Actor(role="user", user_id=reader.pk) if as_reader else SYSTEM
        unfollow = "DELETE FROM user_authors WHERE user_id = %s AND author_id = %s"
        change(unfollow, [reader.pk, library["A"].pk], actor)
        assert self.shelf(reader) == ["AB", "B", "none"]
        change(unfollow, [reader.pk, library["B"].pk], actor)
        assert self.shelf(reader) == ["none"]
        assert self.shelf(other_reader) == ["A", "AB", "B", "none"]

    def test_authors_who_go_in_one_statement_take_what_they_share(
        self, library, reader, other_reader
    ):
        change("DELETE FROM user_authors WHERE user_id = %s", [reader.pk])
        assert self.shelf(reader) == ["none"]
        assert self.shelf(other_reader) == ["A", "AB", "B", "none"]

    def test_many_readers_lose_their_works_in_one_statement(self, library, reader, other_reader):
        change("DELETE FROM user_authors WHERE author_id = %s", [library["A"].pk])
        assert self.shelf(reader) == self.shelf(other_reader) == ["AB", "B", "none"]
        change("DELETE FROM user_authors")
        assert self.shelf(reader) == self.shelf(other_reader) == ["none"]

    def test_another_readers_following_keeps_nothing(self, library, reader, other_reader):
        change("DELETE FROM user_authors WHERE user_id = %s", [reader.pk])
        assert asked("SELECT DISTINCT user_id FROM user_authors") == [(other_reader.pk,)]
        assert self.shelf(reader) == ["none"]

    def test_counters_equal_the_rows(self, library):
        change("DELETE FROM user_authors WHERE author_id = %s", [library["B"].pk])
        counted = (
            "SELECT author_count = (SELECT count(*) FROM user_authors a WHERE a.user_id = p.user_id)"
            " AND work_count = (SELECT count(*) FROM user_works w WHERE w.user_id = p.user_id)"
            " FROM profiles p"
        )
        assert {equal for (equal,) in asked(counted)} == {True}


class TestOpinions:
    @pytest.mark.parametrize(
        ("factory", "column", "new"),
        [
            (factories.RatingFactory, "user_id", factories.UserFactory),
            (factories.RatingFactory, "work_id", factories.WorkFactory),
            (factories.CommentFactory, "user_id", factories.UserFactory),
            (factories.CommentFactory, "book_id", factories.BookFactory),
        ],
    )
    def test_they_stay_whose_and_of_what_they_are(self, factory, column, new):
        table = factory()._meta.db_table
        with pytest.raises(DatabaseError, match=f"Cannot update rows from {table} table"):
            change(f"UPDATE {table} SET {column} = %s", [new().pk])

    def test_a_rating_tells_when_it_changed(self):
        key = {"id": factories.RatingFactory(score=1).pk}
        assert sql.touches_updated_at(Rating, "score = 2", key) == (False, True)

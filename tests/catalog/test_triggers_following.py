"""Columns that triggers keep in step with what they were copied or worked out from: bare SQL."""

import re
from uuid import UUID

import pgtrigger
import pytest
from django.db import DatabaseError

from catalog.models import Edition
from config.row_security import SYSTEM, Actor, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db


def change(statement, parameters=(), actor=SYSTEM):
    """Run one statement as somebody; give the number of rows that it touched."""
    with acting_as(actor):
        return sql.run(statement, parameters)


def asked(statement, parameters=()):
    """Ask as the system, which sees everything."""
    with acting_as(SYSTEM):
        return sql.value(statement, parameters)


# Who corrects the shared catalog: people in the admin, and the platform's own tasks.
editors = pytest.mark.parametrize("editor", [Actor(role="staff", user_id=UUID(int=1)), SYSTEM])


class TestPublishYear:
    @pytest.fixture
    def edition(self):
        """The primary edition, of 1999, of a work without a year of its own."""
        edition = factories.EditionFactory(publish_year=1999)
        self.choose(edition)
        return edition

    @staticmethod
    def choose(edition):
        change(
            "UPDATE works SET primary_edition_id = %s WHERE id = %s", [edition.pk, edition.work_id]
        )

    @staticmethod
    def year(edition):
        return asked("SELECT publish_year FROM works WHERE id = %s", [edition.work_id])

    def test_it_is_the_works_own_first_year_where_it_has_one(self, edition):
        change("UPDATE works SET first_publish_year = 1961")
        assert self.year(edition) == 1961
        change("UPDATE works SET first_publish_year = NULL")
        assert self.year(edition) == 1999

    def test_a_new_work_has_its_own(self):
        assert factories.WorkFactory(first_publish_year=1961).publish_year == 1961
        assert factories.WorkFactory().publish_year is None

    def test_nobody_types_another(self, edition):
        change("UPDATE works SET publish_year = 1")
        assert self.year(edition) == 1999

    @editors
    def test_it_follows_the_primary_editions_year(self, edition, editor):
        change("UPDATE editions SET publish_year = 2005", actor=editor)
        assert self.year(edition) == 2005
        change("UPDATE editions SET publish_year = NULL", actor=editor)
        assert self.year(edition) is None

    def test_it_follows_the_choice_of_another_primary_edition(self, edition):
        other = factories.EditionFactory(work=edition.work, publish_year=2005)
        assert self.year(edition) == 1999
        self.choose(other)
        assert self.year(edition) == 2005
        change("UPDATE editions SET publish_year = 1 WHERE id = %s", [edition.pk])
        assert self.year(edition) == 2005

    @editors
    def test_it_goes_with_the_primary_edition(self, edition, editor):
        with acting_as(editor):
            Edition.objects.get(pk=edition.pk).delete()
        assert self.year(edition) is None

    @editors
    def test_it_stays_behind_when_the_primary_edition_moves(self, edition, editor):
        other = factories.WorkFactory()
        change("UPDATE editions SET work_id = %s", [other.pk], actor=editor)
        assert self.year(edition) is None
        assert asked("SELECT publish_year FROM works WHERE id = %s", [other.pk]) is None

    def test_a_readers_own_work_has_it_too(self, reader):
        edition = factories.EditionFactory(owner_user=reader, publish_year=1999)
        owner = Actor(role="user", user_id=reader.pk)
        change("UPDATE works SET primary_edition_id = %s", [edition.pk], actor=owner)
        change("UPDATE editions SET publish_year = 2005", actor=owner)
        assert self.year(edition) == 2005


class TestTitleKey:
    @pytest.mark.parametrize(
        ("title", "key"), [("  Żółć  Ąę ", "zolc ae"), ("THE Art\tof", "the art of"), ("ß", "ss")]
    )
    def test_it_is_the_title_without_case_accents_and_white_space(self, title, key):
        work = factories.WorkFactory(title=title)
        assert work.title_key == key

    def test_it_follows_the_title(self):
        work = factories.WorkFactory()
        change("UPDATE works SET title = 'Łódź'")
        work.refresh_from_db()
        assert work.title_key == "lodz"


class TestWords:
    """The search vector: words of the title (A), and of the authors (B)."""

    @pytest.fixture
    def link(self):
        return factories.AuthorWorkFactory(author__name="Stanisław Lem", work__title="Głos Pana")

    @staticmethod
    def words(work):
        """Give the words with their weights: {"glos": "A"}."""
        found = asked("SELECT search_vector::text FROM works WHERE id = %s", [work.pk])
        return dict(re.findall(r"'(\w+)':\d+([AB])", found))

    def test_title_and_authors_give_the_words(self, link):
        assert self.words(link.work) == {"glos": "A", "pana": "A", "stanislaw": "B", "lem": "B"}

    def test_they_follow_the_title(self, link):
        change("UPDATE works SET title = 'Fiasko'")
        assert self.words(link.work) == {"fiasko": "A", "stanislaw": "B", "lem": "B"}

    def test_nobody_types_others(self, link):
        change("UPDATE works SET search_vector = to_tsvector('simple', 'x')")
        assert set(self.words(link.work)) == {"glos", "pana", "stanislaw", "lem"}

    def test_they_follow_links_that_come_and_go(self, link):
        second = factories.AuthorFactory(name="Jane Second")
        factories.AuthorWorkFactory(author=second, work=link.work, position=1)
        assert set(self.words(link.work)) >= {"lem", "jane", "second"}
        change("DELETE FROM author_works WHERE author_id = %s", [link.author_id])
        assert set(self.words(link.work)) == {"glos", "pana", "jane", "second"}
        change("DELETE FROM author_works")
        assert set(self.words(link.work)) == {"glos", "pana"}

    def test_many_links_in_one_statement_are_followed_alike(self, link):
        works = [link.work, factories.WorkFactory(title="x"), factories.WorkFactory(title="y")]
        change(
            "INSERT INTO author_works (author_id, work_id) SELECT %s, id FROM works"
            " ON CONFLICT DO NOTHING",
            [link.author_id],
        )
        assert all("lem" in self.words(work) for work in works)
        change("DELETE FROM author_works")
        assert not any("lem" in self.words(work) for work in works)

    @editors
    def test_they_follow_a_link_that_moves(self, link, editor):
        other = factories.WorkFactory(title="x")
        change("UPDATE author_works SET work_id = %s", [other.pk], actor=editor)
        assert set(self.words(link.work)) == {"glos", "pana"}
        assert set(self.words(other)) == {"x", "stanislaw", "lem"}
        author = factories.AuthorFactory(name="Jane")
        change("UPDATE author_works SET author_id = %s", [author.pk], actor=editor)
        assert set(self.words(other)) == {"x", "jane"}

    @editors
    def test_they_follow_a_rename_in_every_work(self, link, editor, reader):
        """In the readers' own ones, too, which a moderator does not see."""
        own = factories.WorkFactory(owner_user=reader, title="x")
        factories.AuthorWorkFactory(author=link.author, work=own)
        change("UPDATE authors SET name = 'Lemowie'", actor=editor)
        assert set(self.words(link.work)) == {"glos", "pana", "lemowie"}
        assert set(self.words(own)) == {"x", "lemowie"}

    def test_a_private_author_never_shows_in_a_shared_work(self, link, reader):
        private = factories.AuthorFactory(owner_user=reader, name="Secret")
        before = self.words(link.work)
        owner = Actor(role="user", user_id=reader.pk)
        add = "INSERT INTO author_works (author_id, work_id) VALUES (%s, %s)"
        change(add, [private.pk, link.work_id], actor=owner)
        assert self.words(link.work) == before
        change("UPDATE authors SET name = 'Hidden' WHERE id = %s", [private.pk], actor=owner)
        change("UPDATE works SET search_vector = NULL")
        assert self.words(link.work) == before

    def test_a_private_author_shows_in_the_owners_own_work(self, reader):
        private = factories.AuthorFactory(owner_user=reader, name="Secret")
        work = factories.WorkFactory(owner_user=reader, title="x")
        factories.AuthorWorkFactory(author=private, work=work)
        owner = Actor(role="user", user_id=reader.pk)
        change("UPDATE authors SET name = 'Known'", actor=owner)
        assert self.words(work) == {"x": "A", "known": "B"}

    def test_a_very_long_title_has_its_words_at_the_beginning(self):
        work = factories.WorkFactory(title=" ".join(f"w{n}" for n in range(200_000)))
        assert {"w0", "w50"} <= set(self.words(work))

    def test_they_do_not_touch_the_works_time(self, link):
        with acting_as(SYSTEM), pgtrigger.ignore("catalog.Work:touch_updated_at"):
            sql.run("UPDATE works SET updated_at = '2000-01-01'")
        change("UPDATE authors SET name = 'Jane'")
        change("DELETE FROM author_works")
        assert asked("SELECT updated_at < '2000-01-02' FROM works")


class TestLinksFollow:
    """What lists of an author's works sort by stands beside the link."""

    @pytest.fixture
    def links(self, reader):
        """Two authors of one work, of whom one is a reader's own; as a reader's link is private."""
        link = factories.AuthorWorkFactory(work__title="Solaris", work__first_publish_year=1961)
        private = factories.AuthorFactory(owner_user=reader)
        factories.AuthorWorkFactory(author=private, work=link.work)
        return link

    @staticmethod
    def keys():
        with acting_as(SYSTEM):
            return sql.ask("SELECT DISTINCT title_key, publish_year, listed FROM author_works")

    def test_a_link_begins_with_what_the_work_says(self, links):
        assert self.keys() == [("solaris", 1961, True)]

    @editors
    @pytest.mark.parametrize(
        ("correction", "keys"),
        [
            ("title = 'Łódź'", ("lodz", 1961, True)),
            ("first_publish_year = NULL", ("solaris", None, True)),
            ("first_publish_year = 1962", ("solaris", 1962, True)),
            ("listed = false", ("solaris", 1961, False)),
        ],
    )
    def test_every_link_follows_a_correction(self, correction, keys, links, editor):
        assert change(f"UPDATE works SET {correction}", actor=editor) == 1
        assert self.keys() == [keys]

    @editors
    def test_links_of_many_works_follow_one_statement(self, links, editor):
        factories.AuthorWorkFactory(author=links.author)
        change("UPDATE works SET title = 'x', first_publish_year = 7", actor=editor)
        assert self.keys() == [("x", 7, True)]

    def test_nobody_types_others(self, links):
        change("UPDATE author_works SET title_key = 'x', publish_year = 1, listed = false")
        assert self.keys() == [("solaris", 1961, True)]

    def test_links_follow_the_primary_editions_year(self, links):
        edition = factories.EditionFactory(work=links.work, publish_year=1999)
        change("UPDATE works SET first_publish_year = NULL, primary_edition_id = %s", [edition.pk])
        change("UPDATE editions SET publish_year = 2005")
        assert self.keys() == [("solaris", 2005, True)]


class TestEditionChoices:
    @editors
    def test_choices_of_an_edition_that_moves_go(self, editor, reader, other_reader):
        """Whoever moves it does not see them."""
        choice = factories.EditionChoiceFactory(user=reader)
        factories.EditionChoiceFactory(user=other_reader, edition=choice.edition)
        kept = factories.EditionChoiceFactory(user=reader)
        change(
            "UPDATE editions SET work_id = %s WHERE id = %s",
            [factories.WorkFactory().pk, choice.edition_id],
            actor=editor,
        )
        with acting_as(SYSTEM):
            assert sql.ask("SELECT work_id FROM edition_choices") == [(kept.work_id,)]

    def test_an_edition_that_is_saved_without_moving_keeps_its_choices(self):
        choice = factories.EditionChoiceFactory()
        change("UPDATE editions SET work_id = work_id, title = 'x'")
        assert asked("SELECT edition_id FROM edition_choices") == choice.edition_id

    @pytest.mark.parametrize("column", ["user_id", "work_id"])
    def test_a_choice_never_moves(self, column):
        choice = factories.EditionChoiceFactory()
        new = factories.UserFactory() if column == "user_id" else factories.WorkFactory()
        assert choice
        with pytest.raises(DatabaseError, match="Cannot update rows from edition_choices table"):
            change(f"UPDATE edition_choices SET {column} = %s", [new.pk])

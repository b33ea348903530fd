"""What a recheck writes and what it leaves alone, whoever does what in the meantime."""

from datetime import date

import pytest
from auditlog.models import LogEntry

from accounts.models import Permission
from catalog import lifecycle
from catalog.models import Book, Genre
from config.errors import (
    DuplicateBookError,
    ForbiddenError,
    InvalidError,
    InvalidStatusError,
    NotFoundError,
)
from config.row_security import SYSTEM, Actor, acting_as
from enrichment.http import NoAnswerError
from enrichment.recheck import REASONS, Apply, recheck
from enrichment.records import BookRecord, PublishDate
from enrichment.sources import plugins
from tests import factories
from tests.enrichment.fake_plugin import FakePlugin

pytestmark = pytest.mark.django_db
COVER = "https://covers.openlibrary.org/b/id/1-L.jpg"
KNOWN = {
    "title": "Solaris",
    "authors": ("Stanisław Lem",),
    "description": "A planet that thinks.",
    "language": "pl",
    "published": PublishDate(date(1961, 6, 1), "day"),
    "covers": (COVER,),
    "genres": ("Science fiction", "Classics"),
}


@pytest.fixture
def source(monkeypatch):
    plugin = FakePlugin()
    plugin.says(**KNOWN)
    monkeypatch.setitem(plugins.PLUGINS, plugin.name, plugin)
    return plugin


@pytest.fixture
def book(reader):
    return members_book(reader)


def members_book(user, **fields):
    blank = {"title": "Solaris", "authors": ["Stanisław Lem"], "isbn13": None, "price": None}
    blank |= {"language": "", "published_date": None, "publisher": None, "created_by": user}
    return factories.BookFactory(**(blank | fields))


def finalized(book):
    with acting_as(SYSTEM):
        return lifecycle.finalize(book)


def asked(book, actor=None, apply=Apply.ALL, **more):
    actor = actor or Actor("user", book.created_by_id)
    return recheck(book.pk, "openlibrary", apply, actor, **more)


def reasons(answer):
    return {change["field"]: change.get("reason") for change in answer["changes"]}


def now(book):
    with acting_as(SYSTEM):
        fresh = Book.objects.get(pk=book.pk)
        fresh.genre_names = [tag.genre.name for tag in fresh.book_genres.all()]
        return fresh


def edited(book, **fields):
    with acting_as(SYSTEM):
        Book.objects.filter(pk=book.pk).update(**fields)


def assert_untouched(book):
    fresh = now(book)
    assert (fresh.updated_at, fresh.description) == (book.updated_at, book.description)


class TestApplying:
    def test_all_of_it_is_written_and_answered(self, source, book):
        answer = asked(book)

        fresh = now(book)
        assert (fresh.description, fresh.language) == ("A planet that thinks.", "pl")
        assert (fresh.published_date, fresh.cover_images) == (date(1961, 6, 1), [COVER])
        assert fresh.genre_names == ["Science fiction", "Classics"]
        assert fresh.locked_fields == []
        assert (answer["matched"], answer["confidence"]) == (True, 1.0)
        assert set(reasons(answer).values()) == {None}
        assert answer["book"]["description"] == "A planet that thinks."
        assert answer["book"]["genres"] == ["Science fiction", "Classics"]

    def test_a_second_time_changes_nothing(self, source, book):
        asked(book)
        fresh = now(book)
        assert asked(book)["changes"] == []
        assert_untouched(fresh)

    def test_blanks_alone(self, source, reader):
        book = members_book(reader, description="Mine.", published_date=date(2000, 1, 1))
        answer = asked(book, apply=Apply.BLANKS)
        assert reasons(answer) == {
            "coverImages": None,
            "description": "not_blank",
            "language": None,
            "publishedDate": "not_blank",
            "genres": None,
        }
        assert (now(book).description, now(book).language) == ("Mine.", "pl")

    def test_a_preview_writes_nothing(self, source, book):
        answer = asked(book, apply=Apply.NONE)
        assert set(reasons(answer).values()) == {"preview"}
        assert not any(change["applied"] for change in answer["changes"])
        assert_untouched(book)

    def test_genres_come_behind_those_there_and_keep_their_first_spelling(self, source, book):
        with acting_as(SYSTEM):
            lifecycle.enrich(book, genre_names=["CLASSICS", "Novel"])
            Genre.objects.create(name="science FICTION")
        asked(book)
        assert now(book).genre_names == ["CLASSICS", "Novel", "science FICTION"]

    def test_a_locked_field_is_left_alone(self, source, reader):
        book = members_book(reader, locked_fields=["description", "genres"])
        assert reasons(asked(book))["description"] == "locked"
        assert (now(book).description, now(book).genre_names) == ("", [])
        assert now(book).language == "pl"

    def test_a_match_below_the_threshold_is_shown_alone(self, source, book):
        source.says(**KNOWN | {"authors": ("Somebody Else",)})
        answer = asked(book)
        assert answer["matched"]
        assert answer["confidence"] < 0.85
        assert set(reasons(answer).values()) == {"below_threshold"}
        assert_untouched(book)

    def test_no_candidate(self, source, book):
        source.records = []
        answer = asked(book)
        assert (answer["matched"], answer["confidence"], answer["changes"]) == (False, 0, [])
        assert_untouched(book)

    def test_the_best_of_several(self, source, book):
        source.records.insert(0, BookRecord(title="Fiasko", authors=("Stanisław Lem",)))
        assert asked(book)["confidence"] == 1

    def test_one_invalid_value_keeps_all_out(self, source, book):
        source.says(**KNOWN | {"description": "x" * 10_001})
        answer = asked(book)
        assert reasons(answer)["description"] == "invalid"
        assert reasons(answer)["language"] == "held_back"
        assert_untouched(book)

    def test_every_reason_has_its_sentence(self, source, book):
        answer = asked(book, apply=Apply.NONE)
        assert set(reasons(answer).values()) <= set(REASONS)

    def test_the_source_is_told_what_we_know(self, source, reader):
        isbn = factories.isbn13(77)
        asked(members_book(reader, isbn13=isbn, language="en-GB"))
        (wanted,) = source.asked
        assert (wanted.title, wanted.authors) == ("Solaris", ("Stanisław Lem",))
        assert (wanted.isbn13, wanted.language) == (isbn, "en-GB")

    def test_the_audit_trail_has_the_changes(self, source, book):
        asked(book)
        with acting_as(SYSTEM):
            changes = [entry.changes for entry in LogEntry.objects.get_for_object(book)]
        assert any("description" in change for change in changes)
        assert any(change.get("genres", {}).get("operation") == "add" for change in changes)

    def test_a_title_that_is_taken_changes_nothing(self, source, book, other_reader):
        members_book(other_reader, title="Solaris: A Novel of Contact")
        source.says(**KNOWN | {"title": "Solaris: A Novel of Contact"})
        with pytest.raises(DuplicateBookError):
            asked(book)
        assert_untouched(book)


class TestMeanwhile:
    def test_an_edit_is_not_overwritten(self, source, book):
        source.meanwhile = lambda: edited(book, description="Mine.")
        answer = asked(book)
        assert reasons(answer)["description"] == "changed_meanwhile"
        assert (now(book).description, now(book).language) == ("Mine.", "pl")

    def test_a_lock_counts(self, source, book):
        source.meanwhile = lambda: edited(book, locked_fields=["language"])
        assert reasons(asked(book))["language"] == "locked"
        assert now(book).language == ""

    def test_another_title_is_another_match(self, source, book):
        source.meanwhile = lambda: edited(book, title="Fiasko")
        assert reasons(asked(book))["description"] == "below_threshold"

    def test_a_book_that_is_finalized_is_no_longer_its_creators(self, source, book):
        source.meanwhile = lambda: finalized(book)
        with pytest.raises(InvalidStatusError):
            asked(book)
        assert now(book).description == ""

    def test_a_book_that_is_deleted_is_not_there(self, source, book):
        def delete():
            with acting_as(SYSTEM):
                lifecycle.discard(book)

        source.meanwhile = delete
        with pytest.raises(NotFoundError):
            asked(book)

    def test_no_answer_leaves_the_book_as_it_was(self, source, book):
        source.error = NoAnswerError(reason="timeout")
        with pytest.raises(NoAnswerError):
            asked(book)
        assert_untouched(book)


class TestRights:
    def test_a_source_that_nobody_knows(self, book):
        with pytest.raises(InvalidError) as refused:
            recheck(book.pk, "legimi", Apply.ALL, SYSTEM)
        (detail,) = refused.value.details
        assert detail["field"] == "plugin"
        assert "openlibrary, googlebooks" in detail["message"]

    def test_a_stranger_sees_nothing(self, source, book, other_reader):
        with pytest.raises(NotFoundError):
            asked(book, Actor("user", other_reader.pk), Apply.NONE)
        assert source.asked == []

    def test_others_may_look_at_an_active_book(self, source, book, other_reader):
        finalized(book)
        stranger = Actor("user", other_reader.pk)
        assert set(reasons(asked(book, stranger, Apply.NONE)).values()) == {"preview"}
        with pytest.raises(ForbiddenError):
            asked(book, stranger)
        assert len(source.asked) == 1

    def test_its_creator_may_change_no_active_book(self, source, book):
        finalized(book)
        with pytest.raises(InvalidStatusError):
            asked(book)
        assert asked(book, apply=Apply.NONE)["matched"]

    @pytest.mark.parametrize("finish", [lambda book: book, finalized], ids=["PENDING", "ACTIVE"])
    def test_moderators_may(self, source, book, moderator, finish):
        finish(book)
        asked(book, Actor("staff", moderator.pk))
        assert (now(book).description, now(book).language) == ("A planet that thinks.", "pl")
        assert now(book).genre_names == ["Science fiction", "Classics"]

    def test_nobody_changes_what_is_withdrawn(self, source, book, moderator):
        finalized(book)
        with acting_as(SYSTEM):
            lifecycle.deactivate(book)
        with pytest.raises(InvalidStatusError):
            asked(book, Actor("staff", moderator.pk))

    def test_a_publishers_member_needs_the_permission(self, source, member):
        publisher = member.membership.publisher
        book = factories.BookFactory(
            title="Solaris", authors=["Lem"], publisher=publisher, language="pl"
        )
        actor = Actor("user", member.pk, publisher.pk)
        with pytest.raises(ForbiddenError):
            asked(book, actor, permissions={Permission.CREATE})
        asked(book, actor, permissions={Permission.UPDATE})
        assert (now(book).authors, now(book).cover_images) == (["Stanisław Lem"], [COVER])

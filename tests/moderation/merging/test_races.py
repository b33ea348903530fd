"""Readers who change their shelves while a merge is under way."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection

from catalog import lifecycle, merges
from catalog.models import AuthorWork
from config.row_security import SYSTEM, Actor, acting_as
from moderation.merging import moves, returns, services
from shelves import services as shelf
from shelves.models import UserWork
from tests import factories
from tests.moderation.merging.test_services import assert_counters_equal_rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def works():
    factories.AuthorFactory()
    return factories.WorkFactory.create_batch(2)


def meanwhile(monkeypatch, act):
    """Run `act` once in another thread, after readers' rows are moved and before the row goes."""
    move, threads = moves.move_aliases, []

    def interrupted(merge):
        if not threads:
            threads.append(threading.Thread(target=_closing(act)))
            threads[0].start()
            threads[0].join(0.5)
        move(merge)

    monkeypatch.setattr(moves, "move_aliases", interrupted)
    return threads


def _closing(act):
    def run():
        try:
            act()
        finally:
            connection.close()

    return run


def as_system(act):
    with acting_as(SYSTEM):
        act()


def as_reader(user, act):
    with acting_as(Actor(role="user", user_id=user.pk)):
        act()


def test_a_work_that_is_shelved_meanwhile_moves_too(works, monkeypatch):
    kept, merged = works
    moderator, reader = factories.UserFactory(is_staff=True), factories.UserFactory()
    threads = meanwhile(
        monkeypatch,
        lambda: as_reader(reader, lambda: shelf.add_works(reader, [merged.pk], "read")),
    )
    services.begin("work", merged.pk, kept.pk, moderator)
    threads[0].join()
    with acting_as(SYSTEM):
        assert list(UserWork.objects.values_list("user", "work", "status")) == [
            (reader.pk, kept.pk, "read")
        ]
    assert_counters_equal_rows()


def test_an_item_that_is_removed_meanwhile_is_gone(works, monkeypatch):
    kept, merged = works
    moderator, reader = factories.UserFactory(is_staff=True), factories.UserFactory()
    factories.UserWorkFactory(user=reader, work=merged)
    threads = meanwhile(
        monkeypatch, lambda: as_reader(reader, lambda: shelf.remove_work(reader, merged.pk))
    )
    done = services.begin("work", merged.pk, kept.pk, moderator)
    threads[0].join()
    assert merges.followed(merged.pk) == kept.pk
    with acting_as(SYSTEM):
        assert not UserWork.objects.exists()
    assert_counters_equal_rows()
    services.begin_undo(done.pk, moderator)
    with acting_as(SYSTEM):
        assert not UserWork.objects.exists()


@pytest.fixture
def authors():
    return factories.AuthorFactory(name="Lem"), factories.AuthorFactory(name="S. Lem")


def test_an_author_of_a_book_that_is_being_finalized_waits_for_it(authors):
    kept, merged = authors
    book, moderator = factories.BookFactory(authors=["S. Lem"]), factories.UserFactory()
    merging = threading.Thread(
        target=_closing(lambda: services.begin("author", merged.pk, kept.pk, moderator))
    )
    with acting_as(SYSTEM):
        lifecycle.finalize(book)
        merging.start()
        merging.join(0.3)
    merging.join()
    with acting_as(SYSTEM):
        assert AuthorWork.objects.get().author == kept
    assert merges.followed(merged.pk) == kept.pk


def test_a_book_whose_author_is_being_merged_waits_for_it(authors, monkeypatch):
    kept, merged = authors
    book, moderator = factories.BookFactory(authors=["S. Lem"]), factories.UserFactory()
    count, threads = moves.counts, []

    def interrupted(merge):
        threads.append(
            threading.Thread(target=_closing(lambda: as_system(lambda: lifecycle.finalize(book))))
        )
        threads[0].start()
        threads[0].join(0.3)
        return count(merge)

    monkeypatch.setattr(moves, "counts", interrupted)
    services.begin("author", merged.pk, kept.pk, moderator)
    threads[0].join()
    with acting_as(SYSTEM):
        book.refresh_from_db()
        assert book.status == "ACTIVE"
        assert AuthorWork.objects.get().author.name == "S. Lem"


def test_a_reader_who_shelves_the_one_that_stays_is_no_deadlock(works, monkeypatch):
    kept, merged = works
    moderator, reader = factories.UserFactory(is_staff=True), factories.UserFactory()
    factories.UserWorkFactory(user=reader, work=merged)
    done = services.begin("work", merged.pk, kept.pk, moderator)
    errors, bring = [], returns.bring_catalog

    def shelve_anew():
        try:
            shelf.remove_work(reader, kept.pk)
            shelf.add_works(reader, [kept.pk], "read")
        except OperationalError as exc:
            errors.append(exc)
            raise

    thread = threading.Thread(target=_closing(lambda: as_reader(reader, shelve_anew)))

    def interrupted(merge):
        thread.start()
        thread.join(0.5)
        bring(merge)

    monkeypatch.setattr(returns, "bring_catalog", interrupted)
    services.begin_undo(done.pk, moderator)
    thread.join()
    assert errors == []
    assert_counters_equal_rows()

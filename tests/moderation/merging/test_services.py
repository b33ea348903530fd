"""Merging and undoing: nothing is lost, counters equal rows, and all comes back."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts.models import Profile
from catalog import merges, openlibrary_ids, search
from catalog.models import (
    Author,
    AuthorWork,
    Edition,
    EditionChoice,
    Merge,
    MergeMove,
    OpenLibraryAlias,
    Work,
)
from config.errors import ConflictError
from config.row_security import SYSTEM, acting_as
from moderation.merging import preview, returns, rules, services
from shelves.models import Rating, UserAuthor, UserWork
from tests import factories, sql

pytestmark = pytest.mark.django_db

TABLES = ("authors", "works", "editions", "author_works", "edition_choices", "openlibrary_aliases")
READERS = ("user_works", "user_authors", "ratings", "profiles")


def snapshot(tables=TABLES + READERS):
    """Give all rows, but for the moments at which triggers touched the rows that stay."""
    with acting_as(SYSTEM):
        return {
            table: sorted(
                row
                for (row,) in sql.ask(
                    f"SELECT (to_jsonb(t) - 'updated_at' - 'created_at' - 'search_vector')::text"
                    f" || coalesce((to_jsonb(t)->>'search_vector'), '') FROM {table} t"
                )
            )
            for table in tables
        }


def assert_counters_equal_rows():
    with acting_as(SYSTEM):
        for profile in Profile.objects.all():
            assert profile.work_count == UserWork.objects.filter(user=profile.user_id).count()
            assert profile.author_count == UserAuthor.objects.filter(user=profile.user_id).count()


def merge(kind, merged, kept, moderator):
    return services.begin(kind, merged.pk, kept.pk, moderator)


def of_book(factory, **fields):
    return factory(openlibrary_id=None, book=factories.BookFactory(), **fields)


def shelf(reader):
    with acting_as(SYSTEM):
        return {row.work_id: row for row in UserWork.objects.filter(user=reader)}


@pytest.fixture
def works():
    lem = factories.AuthorFactory(name="Lem")
    return [
        factories.AuthorWorkFactory(author=lem, work__title=title).work
        for title in ("Solaris", "Solaris, a novel")
    ]


def test_two_works_become_one(works, reader, other_reader, moderator):
    kept, merged = works
    edition = factories.EditionFactory(work=merged, publish_year=1961)
    own = factories.EditionFactory(work=merged, owner_user=reader)
    other = factories.EditionFactory(work=kept)
    with acting_as(SYSTEM):
        Work.objects.filter(pk=merged.pk).update(primary_edition=edition)
    factories.UserWorkFactory(user=reader, work=merged, status="read", rating="4.50")
    factories.UserWorkFactory(user=reader, work=kept, status="to_read")
    factories.UserWorkFactory(user=other_reader, work=merged, status="in_progress")
    factories.EditionChoiceFactory(user=other_reader, edition=edition)
    factories.RatingFactory(user=reader, work=merged, score=5)
    factories.AuthorWorkFactory(work=merged, author__name="Joanna Kilmartin")
    done = merge("work", merged, kept, moderator)
    assert done.status == "merged"
    assert done.counts == {"choice": 1, "edition": 2, "link": 2, "rating": 1, "shelf": 2}
    item = shelf(reader)[kept.pk]
    assert (item.status, str(item.rating), len(shelf(reader))) == ("read", "4.50", 1)
    assert (shelf(other_reader)[kept.pk].status, shelf(other_reader)[kept.pk].publish_year) == (
        "in_progress",
        1961,
    )
    with acting_as(SYSTEM):
        assert set(Edition.objects.filter(work=kept)) == {edition, own, other}
        assert EditionChoice.objects.get(user=other_reader, work=kept).edition == edition
        assert Rating.objects.get(user=reader, work=kept).score == 5
        assert [
            a.name for a in Author.objects.filter(works=kept).order_by("author_works__position")
        ] == ["Lem", "Joanna Kilmartin"]
        assert not Work.objects.filter(pk=merged.pk).exists()
        assert openlibrary_ids.known(Work, merged.openlibrary_id) == kept
    assert merges.followed(merged.pk) == kept.pk
    assert_counters_equal_rows()
    told = LogEntry.objects.filter(actor=moderator)
    assert {str(entry.object_pk) for entry in told} == {str(kept.pk), str(merged.pk)}
    assert search.works("kilmartin", reader=None, start=0, size=9).total == 1


def test_two_authors_become_one_and_no_shelf_loses_a_work(reader, other_reader, moderator):
    kept, merged = factories.AuthorFactory(name="S. Lem"), factories.AuthorFactory(name="Lem")
    link = factories.AuthorWorkFactory(author=merged, position=1)
    both = factories.AuthorWorkFactory(author=merged).work
    factories.AuthorWorkFactory(author=kept, work=both)
    for user in (reader, other_reader):
        factories.UserAuthorFactory(user=user, author=merged)
        factories.UserWorkFactory(user=user, work=link.work)
    factories.UserAuthorFactory(user=reader, author=kept)
    before = snapshot()
    done = merge("author", merged, kept, moderator)
    with acting_as(SYSTEM):
        assert set(kept.works.all()) == {link.work, both}
        assert set(UserAuthor.objects.values_list("user", "author")) == {
            (reader.pk, kept.pk),
            (other_reader.pk, kept.pk),
        }
    assert set(shelf(reader)) == set(shelf(other_reader)) == {link.work_id}
    assert_counters_equal_rows()
    services.begin_undo(done.pk, moderator)
    assert snapshot() == before
    assert_counters_equal_rows()


@pytest.mark.parametrize("seed", range(4))
def test_undone_at_once_a_merge_leaves_no_trace(seed, moderator):
    chance = random.Random(seed)
    author = factories.AuthorFactory()
    works = [factories.AuthorWorkFactory(author=author).work for _ in range(3)]
    editions = [factories.EditionFactory(work=chance.choice(works)) for _ in range(6)]
    for _ in range(8):
        reader = factories.UserFactory()
        for work in chance.sample(works, chance.randint(1, 3)):
            factories.UserWorkFactory(
                user=reader,
                work=work,
                status=chance.choice(UserWork.Status.values),
                rating=chance.choice([None, 3, 5]),
                available_in_legimi=chance.choice([None, True, False]),
            )
        for edition in chance.sample(editions, 3):
            if chance.random() < 0.5 and not sql_has_choice(reader, edition.work_id):
                factories.EditionChoiceFactory(user=reader, edition=edition)
        if chance.random() < 0.7:
            factories.RatingFactory(user=reader, work=chance.choice(works))
    on_shelves = {reader for (reader,) in readers_of(works[:2])}
    before = snapshot()
    done = merge("work", works[0], works[1], moderator)
    assert {reader for (reader,) in readers_of(works[1:2])} == on_shelves
    assert_counters_equal_rows()
    services.begin_undo(done.pk, moderator)
    assert snapshot() == before
    assert_counters_equal_rows()
    with acting_as(SYSTEM):
        assert not MergeMove.objects.exists()


def sql_has_choice(reader, work_id):
    with acting_as(SYSTEM):
        return EditionChoice.objects.filter(user=reader, work=work_id).exists()


def readers_of(works):
    with acting_as(SYSTEM):
        return list(UserWork.objects.filter(work__in=works).values_list("user").distinct())


def test_what_readers_did_since_stays(works, moderator):
    kept, merged = works
    gone, added, changed, full = factories.UserFactory.create_batch(4)
    for user in (gone, changed, full):
        factories.UserWorkFactory(user=user, work=merged)
    factories.UserWorkFactory(user=full, work=kept)
    done = merge("work", merged, kept, moderator)
    factories.UserWorkFactory(user=added, work=kept)
    with acting_as(SYSTEM):
        UserWork.objects.filter(user=gone).delete()
        UserWork.objects.filter(user=changed).update(status="read")
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("UPDATE profiles SET max_works = 1 WHERE user_id = %s", [full.pk])
            cursor.execute("SET ROLE bookhub_web")
    undone = services.begin_undo(done.pk, moderator)
    assert shelf(gone) == {}
    assert set(shelf(added)) == {kept.pk}
    assert shelf(changed)[merged.pk].status == "read"
    assert (set(shelf(full)), undone.stayed) == ({kept.pk}, 1)
    assert_counters_equal_rows()


def test_chains_are_undone_from_their_end(moderator, reader):
    first, second, third = factories.WorkFactory.create_batch(3)
    factories.UserWorkFactory(user=reader, work=first)
    before = snapshot()
    into_second = merge("work", first, second, moderator)
    into_third = merge("work", second, third, moderator)
    assert merges.followed(first.pk) == third.pk
    with acting_as(SYSTEM):
        assert openlibrary_ids.known(Work, first.openlibrary_id) == third
    with pytest.raises(ConflictError, match="was merged since: undo that first"):
        services.begin_undo(into_second.pk, moderator)
    services.begin_undo(into_third.pk, moderator)
    assert merges.followed(first.pk) == second.pk
    services.begin_undo(into_second.pk, moderator)
    assert snapshot() == before
    again = merge("work", first, second, moderator)
    assert again.pk != into_second.pk


def test_what_went_into_a_row_that_has_gone_stays_there(works, moderator):
    kept, merged = works
    done = merge("work", merged, kept, moderator)
    with acting_as(SYSTEM):
        Work.objects.filter(pk=kept.pk).delete()
    with pytest.raises(ConflictError, match="is not there any more"):
        services.begin_undo(done.pk, moderator)


@pytest.mark.parametrize(("title", "doubtful"), [("Eclipse", True), ("NEW MOON", False)])
def test_different_titles_are_doubtful_and_spellings_are_not(title, doubtful):
    rows = (factories.WorkFactory(title=name) for name in ("New Moon", title))
    with acting_as(SYSTEM):
        pair = rules.Pair(*(Work.objects.get(pk=row.pk) for row in rows))
    (shown,) = preview.previews("work", [pair])
    assert any("titles" in warning for warning in shown.warnings) is doubtful


def test_an_author_whose_work_was_merged_since_waits(moderator):
    link, other = factories.AuthorWorkFactory(), factories.WorkFactory()
    kept = factories.AuthorFactory()
    authors = merge("author", link.author, kept, moderator)
    works = merge("work", link.work, other, moderator)
    with pytest.raises(ConflictError, match="undo that first"):
        services.begin_undo(authors.pk, moderator)
    services.begin_undo(works.pk, moderator)
    services.begin_undo(authors.pk, moderator)
    with acting_as(SYSTEM):
        assert AuthorWork.objects.filter(author=link.author_id, work=link.work_id).exists()


def test_books_go_into_open_librarys_row_and_not_the_other_way(moderator):
    theirs, ours = factories.WorkFactory(), of_book(factories.WorkFactory)
    assert (
        rules.staying([ours, theirs], ours.pk) == rules.staying([theirs, ours], ours.pk) == theirs
    )
    with pytest.raises(ConflictError, match="The one of Open Library stays"):
        merge("work", theirs, ours, moderator)
    done = merge("work", ours, theirs, moderator)
    with acting_as(SYSTEM):
        assert not OpenLibraryAlias.objects.exists()
    services.begin_undo(done.pk, moderator)
    other = of_book(factories.WorkFactory)
    assert merge("work", other, ours, moderator).status == "merged"


@pytest.mark.parametrize(
    ("model", "derived"),
    [(Author, set()), (Work, {"title_key", "publish_year", "search_vector", "primary_edition_id"})],
)
def test_an_undo_names_every_column_that_is_not_worked_out(model, derived):
    named = set(returns.COLUMNS[model._meta.model_name].split(", "))
    assert {field.column for field in model._meta.concrete_fields} - named == derived


def test_what_cannot_be_merged_is_refused(works, reader, moderator):
    kept, merged = works
    own = factories.WorkFactory(owner_user=reader)
    with pytest.raises(ConflictError, match="not there"):
        merge("work", own, kept, moderator)
    with acting_as(SYSTEM):
        load = apps.get_model("enrichment", "DumpLoad").objects.create(
            made_on="2026-09-30", way="next", files={}
        )
    with pytest.raises(ConflictError, match="being loaded"):
        merge("work", merged, kept, moderator)
    with acting_as(SYSTEM):
        load.delete()
    done = merge("work", merged, kept, moderator)
    with pytest.raises(ConflictError, match="not there"):
        merge("work", merged, kept, moderator)
    with acting_as(SYSTEM):
        Merge.objects.update(created_at=timezone.now() - timedelta(days=31))
    with pytest.raises(ConflictError, match="within 30 days"):
        services.begin_undo(done.pk, moderator)


def test_many_readers_are_moved_in_steps(works, moderator, monkeypatch):
    monkeypatch.setattr(services, "MOST_AT_ONCE", 2)
    kept, merged = works
    for user in factories.UserFactory.create_batch(5):
        factories.UserWorkFactory(user=user, work=merged)
    before = snapshot()
    done = merge("work", merged, kept, moderator)
    assert done.status == "merging"
    steps = 1
    while not services.go_on(done):
        steps += 1
    assert (steps, len(readers_of([kept])), len(readers_of([merged]))) == (3, 5, 0)
    undone = services.begin_undo(done.pk, moderator)
    assert undone.status == "undoing"
    while not services.go_on_undoing(undone):
        pass
    assert snapshot() == before

"""What goes when a reader deletes an author, and what stays."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import ProtectedError

from catalog import lifecycle, manual, reads
from catalog.models import Author, AuthorWork, Edition, EditionChoice, EditionIsbn, Work
from catalog.removal import remove
from config.errors import NotFoundError
from config.row_security import SYSTEM, Actor, acting_as
from shelves.models import Rating, UserAuthor, UserWork
from tests import factories
from tests.problems import problem_of

pytestmark = pytest.mark.django_db

STATEMENTS = 20
COUNTED = (Author, AuthorWork, Work, Edition, EditionIsbn, EditionChoice, UserAuthor, UserWork)


def everything():
    with acting_as(SYSTEM):
        return {model.__name__: model.objects.count() for model in (*COUNTED, Rating)}


def as_reader(reader):
    return Actor(role="user", user_id=reader.pk)


def own_work(reader, *authors):
    """Make a work with an edition, on the reader's shelf, rated."""
    work = factories.WorkFactory(owner_user=reader)
    for author in authors:
        factories.AuthorWorkFactory(author=author, work=work)
    edition = factories.EditionFactory(work=work, owner_user=reader)
    factories.UserWorkFactory(user=reader, work=work)
    with acting_as(SYSTEM):
        Work.objects.filter(pk=work.pk).update(primary_edition=edition)
        EditionChoice.objects.create(user=reader, work=work, edition=edition)
        Rating.objects.create(user=reader, work=work, score=4)
    return work


@pytest.fixture
def author(reader):
    return factories.AuthorFactory(owner_user=reader)


def test_an_author_takes_their_own_works_along_with_all_that_hangs_on_them(api, reader, author):
    before = everything()
    gone = factories.AuthorFactory(owner_user=reader)
    factories.UserAuthorFactory(user=reader, author=gone)
    for _ in range(3):
        own_work(reader, gone)
    assert api(reader).delete(f"/api/authors/{gone.pk}").status_code == 204
    assert everything() == before
    with acting_as(SYSTEM):
        reader.profile.refresh_from_db()
    assert (reader.profile.manual_author_count, reader.profile.manual_work_count) == (1, 0)
    assert (reader.profile.author_count, reader.profile.work_count) == (0, 0)


def test_a_work_by_somebody_else_too_stays_where_it_is(api, reader, author):
    other = factories.AuthorFactory()
    work = own_work(reader, author, other)
    before = everything()
    assert api(reader).delete(f"/api/authors/{author.pk}").status_code == 204
    after = everything()
    assert before["Author"] - after.pop("Author") == 1
    assert before["AuthorWork"] - after.pop("AuthorWork") == 1
    assert after == {name: before[name] for name in after}
    shown = api(reader).get(f"/api/works/{work.pk}").json()["work"]
    assert [a["id"] for a in shown["authors"]] == [str(other.pk)]


def test_shared_rows_and_other_readers_stay(api, reader, other_reader, author):
    shared = factories.WorkFactory()
    factories.AuthorWorkFactory(author=author, work=shared)
    theirs = factories.AuthorFactory(owner_user=other_reader)
    own_work(other_reader, theirs)
    factories.UserWorkFactory(user=reader, work=shared)
    before = everything()
    assert api(reader).delete(f"/api/authors/{author.pk}").status_code == 204
    after = everything()
    assert {name for name in before if before[name] != after[name]} == {"Author", "AuthorWork"}


def test_the_trail_says_how_much_went_and_no_name(api, reader, author):
    for _ in range(2):
        own_work(reader, author)
    api(reader).delete(f"/api/authors/{author.pk}")
    with acting_as(SYSTEM):
        entry = LogEntry.objects.get(object_pk=str(author.pk))
    assert entry.action == LogEntry.Action.DELETE
    assert entry.changes == {"works": [2, 0], "editions": [2, 0]}
    assert (entry.actor_id, entry.object_repr) == (reader.pk, str(author.pk))


def test_the_statements_are_as_many_for_many_works(reader, django_assert_num_queries):
    few, many = (factories.AuthorFactory(owner_user=reader) for _ in range(2))
    for author, number in ((few, 1), (many, 130)):
        for _ in range(number):
            work = factories.WorkFactory(owner_user=reader)
            factories.AuthorWorkFactory(author=author, work=work)
            factories.EditionFactory(owner_user=reader, work=work)
    # Kept by the process, until a test empties the tables.
    ContentType.objects.get_for_model(Author)
    for author in (few, many):
        with acting_as(as_reader(reader)), django_assert_num_queries(STATEMENTS):
            manual.delete_author(as_reader(reader), author.pk)
    with acting_as(SYSTEM):
        assert Work.objects.filter(owner_user=reader).count() == 0


def test_a_choice_of_an_edition_that_goes_goes(api, reader):
    shared = factories.WorkFactory()
    edition = factories.EditionFactory(work=shared, owner_user=reader)
    path = f"/api/works/{shared.pk}/primary-edition"
    api(reader).post(path, {"edition_id": str(edition.pk)}, format="json")
    assert api(reader).delete(f"/api/editions/{edition.pk}").status_code == 204
    assert api(reader).get(f"/api/works/{shared.pk}").json()["work"]["primary_edition"] is None
    assert everything()["EditionChoice"] == 0


def test_what_is_hidden_is_not_found(reader, other_reader, author):
    with acting_as(as_reader(other_reader)), pytest.raises(NotFoundError):
        manual.delete_author(as_reader(other_reader), author.pk)


def test_what_is_protected_keeps_what_it_points_at():
    book = factories.BookFactory()
    with acting_as(SYSTEM):
        edition = lifecycle.finalize(book).edition
    with acting_as(SYSTEM), pytest.raises(ProtectedError), transaction.atomic():
        remove(Edition, [edition.pk])
    with acting_as(SYSTEM):
        assert Edition.objects.filter(pk=edition.pk).exists()


def test_new_authors_are_a_change_of_the_work(api, reader):
    work = factories.WorkFactory(owner_user=reader)
    body = {"author_ids": [str(factories.AuthorFactory(owner_user=reader).pk)]}
    path = f"/api/works/{work.pk}"
    before = api(reader).get(path).json()["work"]["updated_at"]
    after = api(reader).patch(path, body, format="json").json()["work"]
    assert after["updated_at"] > before
    assert [author["id"] for author in after["authors"]] == body["author_ids"]


def test_statements_say_who_sees_a_row_where_no_policy_does(reader, other_reader):
    """As the platform every row is there; the statements themselves leave another's out."""
    own = factories.WorkFactory(owner_user=reader, title="Only mine")
    author = factories.AuthorFactory(owner_user=reader)
    factories.AuthorWorkFactory(author=author, work=own)
    with acting_as(SYSTEM):
        for who, found in ((reader, 1), (other_reader, 0)):
            actor = as_reader(who)
            assert len(reads.rows(reads.WORK, {"id": own.pk, "reader": who.pk})) == found
            works = reads.rows(
                reads.AUTHOR_WORKS["title_asc"],
                {"id": author.pk, "reader": actor.user_id, "start": 0, "size": 5},
            )
            assert len(works) == found


@pytest.mark.django_db(transaction=True)
def test_an_edition_that_is_being_moved_is_not_chosen(api, reader):
    """The one who chooses waits for the one who moves, and then finds it gone."""
    edition = factories.EditionFactory()
    elsewhere = factories.WorkFactory()
    path = f"/api/works/{edition.work_id}/primary-edition"
    moved, waiting = Event(), Event()

    def move():
        with acting_as(SYSTEM):
            Edition.objects.filter(pk=edition.pk).update(work=elsewhere)
            moved.set()
            waiting.wait(5)
            time.sleep(0.3)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        mover = pool.submit(move)
        moved.wait(5)
        waiting.set()
        answer = api(reader).post(path, {"edition_id": str(edition.pk)}, format="json")
        mover.result()
    problem_of(answer, 404, "NOT_FOUND")
    with acting_as(SYSTEM):
        assert not EditionChoice.objects.exists()

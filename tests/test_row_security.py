"""What the database itself shows to each actor, asked in bare SQL, against `visible_to`."""

import pytest
from django.db import connection

from catalog.models import Author, AuthorWork, Book, Edition, EditionChoice, EditionIsbn, Work
from config.row_security import NOBODY, SYSTEM, Actor, acting_as
from enrichment.models import Job, Upload
from shelves.models import Comment, Rating, RatingTotal, UserAuthor, UserWork
from tests import factories

pytestmark = pytest.mark.django_db
MODELS = [
    *(Author, Work, Edition, EditionIsbn, AuthorWork, EditionChoice, Book),
    *(UserAuthor, UserWork, Rating, RatingTotal, Comment),
    *(Job, Upload),
]


def _actor(user):
    membership = getattr(user, "membership", None)
    return Actor(
        role="staff" if user.is_staff else "user",
        user_id=user.pk,
        publisher_id=membership.publisher_id if membership else None,
    )


@pytest.fixture
def actors(reader, other_reader, member, rival, moderator):
    people = {
        "reader": reader,
        "other_reader": other_reader,
        "member": member,
        "rival": rival,
        "moderator": moderator,
    }
    return {name: _actor(user) for name, user in people.items()} | {
        "nobody": NOBODY,
        "system": SYSTEM,
    }


@pytest.fixture
def rows(reader, other_reader, member, rival):
    """Rows of every state: shared, manual of two readers, books of all submitters and statuses."""
    for owner in (None, reader, other_reader):
        edition = factories.EditionFactory(owner_user=owner)
        author = factories.AuthorFactory(owner_user=owner)
        factories.AuthorWorkFactory(author=author, work=edition.work)
        user = owner or reader
        factories.UserAuthorFactory(user=user, author=author)
        factories.UserWorkFactory(user=user, work=edition.work)
        factories.EditionChoiceFactory(user=user, edition=edition)
        factories.RatingFactory(user=user, work=edition.work)
        factories.JobFactory(user=owner)
        factories.UploadFactory(user=owner)
    for publisher in (member.membership.publisher, rival.membership.publisher):
        for status in Book.Status:
            _book(status, publisher=publisher)
    for creator in (reader, other_reader):
        for status in Book.Status:
            _book(status, publisher=None, created_by=creator)


def _book(status, **kwargs):
    """Make a book, with a comment and a rating of somebody who has nothing else to do with it."""
    book = factories.BookFactory(**kwargs)
    factories.CommentFactory(book=book)
    factories.RatingFactory(work=None, book=book)
    edition = factories.EditionFactory()
    steps = {"PENDING": [], "ACTIVE": ["ACTIVE"], "INACTIVE": ["ACTIVE", "INACTIVE"]}[status]
    with acting_as(SYSTEM):
        for step in steps:
            Book.objects.filter(pk=book.pk).update(
                status=step, edition=edition, finalized_at=book.created_at
            )


def _keys_in_sql(model):
    columns = (
        model._meta.pk.columns if hasattr(model._meta.pk, "columns") else [model._meta.pk.column]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {model._meta.db_table}")
        return {str(row if len(row) > 1 else row[0]) for row in cursor.fetchall()}


def _keys_in_python(model, actor):
    """Ask as the system, so that only `visible_to` decides."""
    return {str(pk) for pk in model.objects.visible_to(actor).values_list("pk", flat=True)}


def test_policy_and_queryset_show_the_same_rows(actors, rows):
    for who, actor in actors.items():
        with acting_as(actor):
            by_policy = {model.__name__: _keys_in_sql(model) for model in MODELS}
        with acting_as(SYSTEM):
            by_queryset = {model.__name__: _keys_in_python(model, actor) for model in MODELS}
        assert by_policy == by_queryset, who


def test_there_is_something_of_each_kind_to_see_and_to_miss(actors, rows):
    """Without it the comparison above could be one of nothing with nothing."""
    for model in MODELS:
        with acting_as(SYSTEM):
            everything = _keys_in_sql(model)
        with acting_as(actors["reader"]):
            seen = _keys_in_sql(model)
        assert set() < seen < everything, model

"""What the back-office's pages share."""

from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import IntegrityError

from accounts.models import Publisher
from config.errors import ConflictError
from config.model_admin import changes_of
from tests import factories, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def take_step(rf):
    """Take a step on all publishers; give what the moderator is told."""

    def take(act):
        request = rf.post("/admin/")
        request._messages = CookieStorage(request)
        shown = admin.site.get_model_admin(Publisher)
        shown.take_step(request, Publisher.objects.order_by("name"), act, "turned")
        return [str(message) for message in get_messages(request)]

    return take


def refuse(_row):
    raise ConflictError("No <b>.")


def test_a_few_refusals_are_named_and_the_others_counted(take_step):
    factories.PublisherFactory.create_batch(12, name=factories.factory.Sequence("P{:02}".format))
    (told,) = take_step(refuse)
    assert told.startswith("12 not turned: “P")
    assert told.count("No &lt;b&gt;.") == 10
    assert told.endswith("And 2 more.")


def test_a_refused_step_leaves_nothing_and_stops_no_other(take_step):
    one, two = factories.PublisherFactory(name="One"), factories.PublisherFactory(name="Two")

    def rename(row):
        Publisher.objects.filter(pk=row.pk).update(name=f"New {row.name}")
        if row == one:
            raise ConflictError

    assert len(take_step(rename)) == 2
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.name, two.name) == ("One", "New Two")


def test_what_the_database_could_not_serve_is_a_refusal(take_step):
    factories.PublisherFactory(name="One")
    deadlock = "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'deadlock_detected'; END $$"
    assert "Try again" in take_step(lambda _row: sql.run(deadlock))[0]


def test_a_bug_is_not_a_refusal(take_step):
    factories.PublisherFactory(name="One")
    with pytest.raises(IntegrityError):
        take_step(lambda row: Publisher.objects.filter(pk=row.pk).update(name=" "))


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"title": ["Emma", "Persuasion"]}, [("title", "Emma", "Persuasion")]),
        ({"book_format": ["None", "Ebook"]}, [("book format", "", "Ebook")]),
        ({"cover_images": ["None", "[]"]}, []),
        ({"book_genres": ["None", "catalog.BookGenre.None"]}, []),
        (
            {"genres": {"type": "m2m", "operation": "add", "objects": ["Poetry", "Prose"]}},
            [("genres", "", "Poetry, Prose")],
        ),
        (
            {"genres": {"type": "m2m", "operation": "delete", "objects": ["Poetry"]}},
            [("genres", "Poetry", "")],
        ),
        (None, []),
    ],
)
def test_changes_are_read_field_by_field(change, shown):
    assert changes_of(SimpleNamespace(changes_dict=change)) == shown

"""The export: all of the caller's, nobody else's, and cheap."""

import json

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services, tokens
from accounts.models import Event, User
from config.row_security import SYSTEM, acting_as
from tests import factories

pytestmark = pytest.mark.django_db
SECTIONS = {
    "account",
    "profile",
    "membership",
    "sign_ins",
    "events",
    "audit_entries",
    "admin_notes",
    "manual_authors",
    "manual_works",
    "manual_editions",
    "books",
    "followed_authors",
    "shelf",
    "edition_choices",
    "ratings",
    "comments",
}


SECTIONS_BY_MODEL = {
    "accounts.Event": "events",
    "accounts.Membership": "membership",
    "accounts.Profile": "profile",
    "accounts.TokenFamily": "sign_ins",
    "admin.LogEntry": "admin_notes",
    "auditlog.LogEntry": "audit_entries",
    "catalog.Author": "manual_authors",
    "catalog.AuthorWork": "manual_works",
    "catalog.Book": "books",
    "catalog.Edition": "manual_editions",
    "catalog.EditionChoice": "edition_choices",
    "catalog.EditionIsbn": "manual_editions",
    "catalog.Merge": "merges",
    "catalog.MergeMove": "merged_rows",
    "catalog.Work": "manual_works",
    "enrichment.Job": "jobs",
    "enrichment.Upload": "uploads",
    "otp_static.StaticDevice": "second_factor",
    "otp_totp.TOTPDevice": "second_factor",
    "shelves.Comment": "comments",
    "shelves.Rating": "ratings",
    "shelves.UserAuthor": "followed_authors",
    "shelves.UserWork": "shelf",
}
"""Where each table that names a user is told of."""


def give_rows(user, mark):
    """Give a user one row of everything, `mark` in each text."""
    author = factories.AuthorFactory(name=f"{mark} author", owner_user=user)
    work = factories.WorkFactory(title=f"{mark} work", owner_user=user)
    factories.AuthorWorkFactory(author=author, work=work)
    factories.EditionFactory(title=f"{mark} edition", work=work, owner_user=user)
    factories.UserAuthorFactory(user=user, author__name=f"{mark} followed")
    factories.UserWorkFactory(user=user, work__title=f"{mark} shelved")
    factories.BookFactory(title=f"{mark} book", publisher=None, created_by=user)
    factories.EditionChoiceFactory(user=user, edition__title=f"{mark} choice")
    factories.RatingFactory(user=user, work__title=f"{mark} rated")
    factories.CommentFactory(user=user, body=f"{mark} comment")
    with acting_as(SYSTEM):
        tokens.issue(user)
        Event.objects.emit("add_author", user, authors=1)
        services.suspend_user(user)
        services.lift_user(user)
        note(user, user, f"{mark} old address")


def note(by, about, text):
    AdminEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(about),
        object_id=str(about.pk),
        object_repr=text,
        action_flag=CHANGE,
    )


@pytest.fixture
def exported(api, reader, other_reader):
    give_rows(reader, "mine")
    give_rows(other_reader, "theirs")
    return api(reader).get("/api/profile/export").json()


def test_every_section_is_there_and_filled(exported):
    assert set(exported) >= SECTIONS
    assert [name for name in SECTIONS if not exported[name]] == ["membership"]


def test_every_table_that_names_a_user_is_told_of(exported):
    """A new one is to be given out and erased with the rest, which is easily forgotten."""
    naming = {model._meta.label for model in apps.get_models() if _names_a_user(model)}
    assert naming == set(SECTIONS_BY_MODEL)
    assert set(SECTIONS_BY_MODEL.values()) <= set(exported)


def _names_a_user(model):
    foreign_keys = [field for field in model._meta.concrete_fields if field.is_relation]
    auto_created = model._meta.auto_created
    return not auto_created and any(key.related_model is User for key in foreign_keys)


def test_it_tells_what_the_rows_say(exported, reader):
    assert exported["account"]["id"] == str(reader.pk)
    assert exported["profile"]["author_count"] == 1
    assert [row["name"] for row in exported["manual_authors"]] == ["mine author"]
    (work,) = exported["manual_works"]
    assert work["title"] == "mine work"
    assert work["author_ids"] == [exported["manual_authors"][0]["id"]]
    assert [row["title"] for row in exported["manual_editions"]] == ["mine edition"]
    assert [row["name"] for row in exported["followed_authors"]] == ["mine followed"]
    assert [(row["title"], row["status"]) for row in exported["shelf"]] == [
        ("mine shelved", "to_read")
    ]
    assert [(row["title"], row["price"]) for row in exported["books"]] == [("mine book", 29.99)]
    assert [row["payload"] for row in exported["events"]] == [{"authors": 1}]
    assert [row["changes"] for row in exported["audit_entries"] if row["action"] == "update"] == [
        {"is_active": ["False", "True"]},
        {"is_active": ["True", "False"]},
    ]


def test_it_tells_nothing_of_others(exported, other_reader):
    text = json.dumps(exported)
    assert "theirs" not in text
    assert str(other_reader.pk) not in text


def test_admin_notes_by_and_about_the_caller_without_others_names(
    api, moderator, member, other_reader
):
    note(moderator, other_reader, "theirs")
    note(other_reader, moderator, "mine")
    note(moderator, member.membership, "a member")
    notes = api(moderator).get("/api/profile/export").json()["admin_notes"]
    assert [(row["object_id"], row["name"]) for row in notes] == [
        (str(other_reader.pk), None),
        (str(moderator.pk), "mine"),
        (str(member.membership.pk), None),
    ]
    (about,) = api(member).get("/api/profile/export").json()["admin_notes"]
    assert (about["model"], about["name"]) == ("membership", "a member")


def test_a_suspended_publisher_s_member_gets_the_pending_books(api, member):
    publisher = member.membership.publisher
    factories.BookFactory(title="waiting", publisher=publisher, created_by=member)
    factories.BookFactory(title="a colleague's", publisher=publisher)
    with acting_as(SYSTEM):
        services.suspend_publisher(publisher)
    books = api(member).get("/api/profile/export").json()["books"]
    assert [(row["title"], row["status"]) for row in books] == [("waiting", "PENDING")]


def test_it_tells_no_secret(exported, reader):
    assert set(exported["sign_ins"][0]) == {"created_at", "expires_at", "revoked_at"}
    assert "password" not in json.dumps(exported)


def test_times_are_in_utc_with_z(exported):
    assert exported["account"]["created_at"].endswith("Z")
    assert exported["shelf"][0]["created_at"].endswith("Z")
    assert "+00:00" not in json.dumps(exported)


def test_a_member_finds_the_publisher(api, member):
    membership = api(member).get("/api/profile/export").json()["membership"]
    assert membership["publisher_name"] == "Acme"
    assert membership["publisher_id"] == str(member.membership.publisher_id)


def test_a_long_shelf_costs_no_more_queries(api, reader):
    def cost():
        queries = CaptureQueriesContext(connection)
        with queries:
            assert api(reader).get("/api/profile/export").status_code == 200
        return len(queries)

    give_rows(reader, "mine")
    few = cost()
    for _ in range(5):
        give_rows_again(reader)
    assert cost() == few


def give_rows_again(user):
    factories.UserWorkFactory(user=user)
    factories.EditionFactory(owner_user=user)
    factories.BookFactory(publisher=None, created_by=user)
    factories.EditionChoiceFactory(user=user)
    factories.RatingFactory(user=user)
    factories.CommentFactory(user=user)

"""The group that the migrations make, and who is in it."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.moderators import GROUP, appoint, moderators_may
from tests import factories

pytestmark = pytest.mark.django_db

MAY = {
    *("catalog.view_book", "catalog.change_book", "catalog.view_genre", "catalog.change_genre"),
    *("catalog.view_author", "catalog.view_work", "catalog.view_edition"),
    *("catalog.view_merge", "catalog.change_merge"),
    *("accounts.view_publisher", "accounts.view_membership", "accounts.view_user"),
    *("accounts.view_event", "auditlog.view_logentry"),
    *("enrichment.view_job", "enrichment.view_dumpload"),
    *("enrichment.view_upload", "enrichment.add_upload"),
}
"""All that moderators may; whoever gives them more says so here."""


def test_moderators_may_this_and_no_more(moderator):
    assert moderator.get_all_permissions() == MAY


def test_who_is_appointed_is_a_moderator(reader):
    appoint(reader)
    reader = type(reader).objects.get(pk=reader.pk)
    assert reader.is_staff
    assert reader.get_all_permissions() == MAY


def test_staff_without_the_group_may_nothing():
    assert not factories.UserFactory(is_staff=True, moderates=False).get_all_permissions()


def test_whoever_moderated_before_there_was_a_group_is_in_it(reader):
    before = factories.UserFactory(is_staff=True, moderates=False)
    root = factories.UserFactory(is_staff=True, is_superuser=True)
    migration = MigrationLoader(None).get_migration("moderation", "0002_moderators_group")
    for _ in range(2):
        migration.operations[-1].code(apps, connection.schema_editor())
    assert list(Group.objects.get(name=GROUP).user_set.all()) == [before]
    assert not {reader, root} & set(Group.objects.get(name=GROUP).user_set.all())


def test_a_permission_is_given_and_taken_back(moderator):
    operation = moderators_may({"shelves.comment": "view"})
    operation.code(apps, connection.schema_editor())
    assert "shelves.view_comment" in type(moderator).objects.get().get_all_permissions()
    operation.reverse_code(apps, connection.schema_editor())
    assert type(moderator).objects.get().get_all_permissions() == MAY


def test_a_group_that_is_deleted_stops_no_migration(db):
    Group.objects.get(name=GROUP).delete()
    operation, editor = moderators_may({"shelves.comment": "view"}), connection.schema_editor()
    operation.code(apps, editor)
    operation.reverse_code(apps, editor)
    assert not Group.objects.exists()


def test_the_way_back_takes_the_group_away(moderator):
    migration = MigrationLoader(None).get_migration("moderation", "0002_moderators_group")
    migration.operations[0].reverse_code(apps, connection.schema_editor())
    assert not type(moderator).objects.get().get_all_permissions()

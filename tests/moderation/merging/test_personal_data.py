"""What a merge keeps of a reader: in the export of all about them, and gone with their account."""

from __future__ import annotations

import pytest

from accounts import services as accounts
from catalog.models import Merge
from config.row_security import SYSTEM, acting_as
from moderation.merging import services
from tests import factories, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(reader, moderator):
    """Merge a work that a reader has shelved, and that names an author of their own."""
    kept, merged = factories.WorkFactory.create_batch(2)
    factories.UserWorkFactory(user=reader, work=merged)
    factories.AuthorWorkFactory(author=factories.AuthorFactory(owner_user=reader), work=merged)
    services.begin("work", merged.pk, kept.pk, moderator)
    return merged


def exported(api, user):
    return api(user).get("/api/profile/export").json()


def test_the_export_has_what_is_kept_of_a_reader_and_what_a_moderator_merged(
    api, merged, reader, moderator
):
    rows = exported(api, reader)["merged_rows"]
    assert sorted((row["kind"], row["before"]["work_id"]) for row in rows) == [
        ("link", str(merged.pk)),
        ("shelf", str(merged.pk)),
    ]
    (merge,) = exported(api, moderator)["merges"]
    assert merge["merged_name"] == merged.title
    assert exported(api, moderator)["merged_rows"] == exported(api, reader)["merges"] == []


def test_an_account_that_ends_leaves_nothing_in_what_is_kept(merged, reader):
    accounts.delete_account(reader)
    with acting_as(SYSTEM):
        named = "SELECT count(*) FROM merge_moves m WHERE to_jsonb(m)::text LIKE %s"
        assert sql.value(named, [f"%{reader.pk}%"]) == 0
        services.begin_undo(Merge.objects.get().pk, factories.UserFactory(is_staff=True))

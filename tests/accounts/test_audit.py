"""The audit trail names people by id, in whatever request something changed."""

import pytest
from auditlog.models import LogEntry

from accounts.models import Membership, User
from config.row_security import SYSTEM, acting_as
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [User, Membership])
def test_entries_about_people_hold_no_email(member, model):
    row = member if model is User else member.membership
    entry = LogEntry.objects.get_for_object(row).get()
    assert entry.object_repr == str(row.pk)
    assert "@" not in str(entry.changes)
    assert entry.actor_email is None


def test_a_publisher_stands_there_by_name(member):
    assert LogEntry.objects.get_for_object(member.membership.publisher).get().object_repr == "Acme"


def test_rows_that_point_at_one_are_no_fields_of_it(member):
    book = factories.BookFactory(publisher=member.membership.publisher)
    for row in (book, member.membership.publisher, member.membership):
        names = {field.name for field in row._meta.concrete_fields}
        assert LogEntry.objects.get_for_object(row).get().changes.keys() <= names


def test_the_platform_itself_has_no_name(reader):
    assert LogEntry.objects.get_for_object(reader).get().actor is None


def test_the_request_is_named(post):
    given = {"HTTP_X_REQUEST_ID": "request-7"}
    body = {"email": "new@example.org", "password": "correct horse battery"}
    assert post("/api/auth/sign-up", None, given, **body).status_code == 201
    with acting_as(SYSTEM):
        assert LogEntry.objects.get().cid == "request-7"


def test_an_e_mail_or_a_password_is_no_change(reader):
    before = LogEntry.objects.get_for_object(reader).count()
    reader.email, reader.password = "changed@example.org", "x"
    reader.save()
    assert LogEntry.objects.get_for_object(reader).count() == before

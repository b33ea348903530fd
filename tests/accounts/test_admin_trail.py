"""The audit trail and the events in the back-office."""

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from accounts.models import Event
from catalog.models import Work
from config.row_security import SYSTEM, Actor, acting_as
from tests import factories
from tests.admin_pages import page_of, query_count, rows, text

pytestmark = pytest.mark.django_db
TRAIL, EVENTS = "/admin/auditlog/logentry/", "/admin/accounts/event/"


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


@pytest.fixture
def root(client):
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def entry(moderator, member):
    """What the moderator's suspension of Acme has left."""
    publisher = member.membership.publisher
    with acting_as(Actor(role="staff", user_id=moderator.pk)):
        publisher.name = "<script>alert(1)</script>"
        publisher.save()
    return LogEntry.objects.get_for_object(publisher).first()


def test_the_trail_tells_who_did_what(staff, entry, moderator):
    for path in (TRAIL, page_of(entry)):
        page = text(staff.get(path))
        assert moderator.email in page
        assert "Acme" in page
        assert "&lt;script&gt;" in page
        assert "<script>alert(1)" not in page


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("action__exact=1", True),
        ("action__exact=2", False),
        ("actor__id__exact={moderator}", True),
        ("actor__id__exact={member}", False),
        ("what={kind}", True),
        ("what=0", True),
        ("timestamp_from=2999-01-01", False),
        ("q={pk}", True),
        ("q=moderator@example.org", True),
        ("q=nobody@example.org", False),
    ],
)
def test_the_trail_is_narrowed(staff, entry, moderator, member, query, finds):
    known = {"moderator": moderator.pk, "member": member.pk}
    query = query.format(**known, kind=entry.content_type_id, pk=entry.object_pk)
    assert (entry in rows(staff.get(f"{TRAIL}?{query}"))) is finds


def test_the_trail_says_nothing_of_readers_own_rows(staff, reader):
    work = factories.WorkFactory(owner_user=reader)
    kind = ContentType.objects.get_for_model(Work)
    hidden = LogEntry.objects.create(
        content_type=kind, object_pk=work.pk, object_repr=work.title, action=0, changes={}
    )
    assert hidden not in rows(staff.get(TRAIL))
    assert staff.get(page_of(hidden)).status_code == 302


def test_the_trail_is_read_only_even_for_superusers(root, entry):
    assert root.post(page_of(entry), {"cid": "x"}).status_code == 403
    assert root.post(page_of(entry, "delete"), {"post": "yes"}).status_code == 403
    assert root.get(f"{TRAIL}add/").status_code == 403


def test_fifty_entries_cost_as_many_queries_as_one(staff, entry, django_assert_max_num_queries):
    staff.get(TRAIL)
    for_one = query_count(staff, TRAIL, django_assert_max_num_queries)
    factories.MembershipFactory.create_batch(25)
    assert len(rows(staff.get(TRAIL))) == 50
    assert query_count(staff, TRAIL, django_assert_max_num_queries) == for_one


@pytest.fixture
def events(reader):
    with acting_as(SYSTEM):
        Event.objects.emit("sign_up", reader)
        Event.objects.emit("add_author", reader, authors=3)


def test_events_are_listed_newest_first(staff, reader, events):
    answer = staff.get(EVENTS)
    assert [event.name for event in rows(answer)] == ["add_author", "sign_up"]
    assert "authors 3" in text(answer)
    assert reader.email in text(answer)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name__exact=sign_up", ["sign_up"]),
        ("created_at_to=2000-01-01", []),
        ("created_at_from=2000-01-01", ["add_author", "sign_up"]),
    ],
)
def test_events_are_narrowed(staff, events, query, found):
    assert [event.name for event in rows(staff.get(f"{EVENTS}?{query}"))] == found


def test_events_are_read_only(root, events):
    with acting_as(SYSTEM):
        event = Event.objects.first()
    assert root.post(page_of(event), {"name": "sign_up"}).status_code == 403
    assert root.get(f"{EVENTS}add/").status_code == 403

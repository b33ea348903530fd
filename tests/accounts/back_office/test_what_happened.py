"""The audit trail and the events in the back-office."""

import csv
import io
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.back_office.audit_export import lines
from accounts.models import Event, Publisher
from catalog.models import Work
from config.row_security import SYSTEM, Actor, acting_as
from tests import factories
from tests.admin_pages import page_of, rows, text

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


def test_events_are_drawn_by_day(staff, reader, events):
    with acting_as(SYSTEM):
        old = Event.objects.emit("sign_up", reader)
        Event.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    context = staff.get(EVENTS).context
    assert {each.name: each.total for each in context["series"]} == {"sign_up": 1, "add_author": 1}
    assert [bar.number for bar in context["series"][0].bars] == [0] * 29 + [1]
    day, counts = context["rows"][0]
    assert (day, counts) == (timezone.now().date(), [1, 1])
    narrowed = staff.get(f"{EVENTS}?name__exact=sign_up").context["series"]
    assert [each.name for each in narrowed] == ["sign_up"]
    past = (timezone.now() - timedelta(days=35)).date()
    (series,) = staff.get(f"{EVENTS}?created_at_to={past}").context["series"]
    assert (series.total, series.bars[-1].day) == (1, past)
    assert "No such event" in text(staff.get(f"{EVENTS}?created_at_to=2000-01-01"))


def exported(client, query=""):
    answer = client.post(f"{TRAIL}export/?{query}")
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-trail-')
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_trail_is_exported_as_it_is_narrowed(staff, entry, moderator):
    entry.refresh_from_db()
    (row,) = exported(staff, f"q={entry.object_pk}&action__exact=1")
    assert (row["who"], row["action"], row["kind"]) == (moderator.email, "update", "publisher")
    assert row["time"].endswith("Z")
    assert "name: Acme → " in row["changes"]
    assert exported(staff, "q=nobody@example.org") == []
    told = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).last()
    assert (told.actor, told.changes["audit trail"][1]) == (
        moderator,
        f"exported q={entry.object_pk}&action__exact=1",
    )


def test_no_cell_of_the_export_is_a_formula(staff, member):
    with acting_as(SYSTEM):
        publisher = member.membership.publisher
        publisher.name = "=1+1"
        publisher.save()
    assert exported(staff, f"q={publisher.pk}")[0]["name"] == "'=1+1"


def test_an_export_is_a_post_of_what_can_be_read(staff, client, reader):
    assert staff.get(f"{TRAIL}export/").status_code == 405
    assert staff.post(f"{TRAIL}export/?timestamp__x=1").status_code == 400
    client.force_login(factories.UserFactory(is_staff=True, moderates=False))
    assert client.post(f"{TRAIL}export/").status_code == 403


def test_a_long_export_says_where_it_was_cut_off(entry):
    found = list(lines(LogEntry.objects.order_by("pk"), most=1))
    assert len(found) == 3
    assert "Cut off" in found[-1]


def test_of_what_readers_may_own_the_trail_tells_what_moderators_did(staff, moderator, monkeypatch):
    monkeypatch.setitem(admin.site._registry, Work, admin.site.get_model_admin(Publisher))
    work = factories.WorkFactory()
    with acting_as(Actor(role="staff", user_id=moderator.pk)):
        merged = LogEntry.objects.log_create(work, action=1, changes={"merged": ["", "x"]})
    assert merged in rows(staff.get(TRAIL))


def test_events_are_read_only(root, events):
    with acting_as(SYSTEM):
        event = Event.objects.first()
    assert root.post(page_of(event), {"name": "sign_up"}).status_code == 403
    assert root.get(f"{EVENTS}add/").status_code == 403

"""What the product holds about one person: given out on request, erased with the account.

The apps above register what they hold, since nothing here may import them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, F, Q, When

from accounts.models import Event, Membership, Profile, User
from config.row_security import SYSTEM, acting_as

if TYPE_CHECKING:
    from django.db.models import QuerySet

Section = Callable[[User], Any]
Eraser = Callable[[User], object]

_sections: dict[str, Section] = {}
_erasers: list[Eraser] = []


def exports(name: str) -> Callable[[Section], Section]:
    """Register what gives the section `name` of a user's export; it runs as the system."""

    def register(section: Section) -> Section:
        _sections[name] = section
        return section

    return register


def erases(eraser: Eraser) -> Eraser:
    """Register what deletes, as the system, what no foreign key takes along with the user."""
    _erasers.append(eraser)
    return eraser


def export(user: User) -> dict[str, Any]:
    """Collect every section; one query each, whatever the number of rows.

    What somebody may not see in the API is still held about them, such as pending books of a
    publisher that is suspended: each section picks the user's rows itself.
    """
    with acting_as(SYSTEM):
        return {name: section(user) for name, section in _sections.items()}


def erase(user: User) -> None:
    for eraser in _erasers:
        eraser(user)


def rows(queryset: QuerySet[Any], *columns: str, **expressions: Any) -> list[dict[str, Any]]:
    """Read columns without making models, times as the API writes them."""
    found = queryset.values(*columns, **expressions)
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


@exports("account")
def _account(user: User) -> dict[str, Any]:
    columns = ("id", "email", "external_subject", "is_staff", "last_login", "created_at")
    return rows(User.objects.filter(pk=user.pk), *columns, "updated_at")[0]


@exports("profile")
def _profile(user: User) -> dict[str, Any]:
    counters = ("author_count", "work_count", "manual_author_count", "manual_work_count")
    limits = ("max_authors", "max_works", "created_at", "updated_at")
    return rows(Profile.objects.filter(user=user), *counters, *limits)[0]


@exports("membership")
def _membership(user: User) -> dict[str, Any] | None:
    found = Membership.objects.filter(user=user)
    columns = ("permissions", "created_at", "updated_at")
    return next(
        iter(rows(found, "publisher_id", *columns, publisher_name=F("publisher__name"))), None
    )


@exports("sign_ins")
def _sign_ins(user: User) -> list[dict[str, Any]]:
    return rows(user.token_families.order_by("id"), "created_at", "expires_at", "revoked_at")


@exports("events")
def _events(user: User) -> list[dict[str, Any]]:
    return rows(Event.objects.filter(user=user), "id", "name", "payload", "created_at")


@exports("audit_entries")
def _audit_entries(user: User) -> list[dict[str, Any]]:
    """Give what they did, and what was done to their account."""
    about = Q(content_type__model="user", content_type__app_label="accounts", object_pk=user.pk)
    entries = LogEntry.objects.filter(Q(actor=user) | about)
    columns = ("id", "timestamp", "action", "object_pk", "changes")
    names = dict(LogEntry.Action.choices)
    found = rows(entries, *columns, model=F("content_type__model"))
    return [row | {"action": names[row["action"]]} for row in found]


@exports("admin_notes")
def _admin_notes(user: User) -> list[dict[str, Any]]:
    """Give what Django's admin noted by them and about them.

    What they did to others is told without the words, which may hold others' e-mails.
    """
    about = _noted_about(user)
    columns = ("action_time", "action_flag", "object_id")
    return rows(
        AdminEntry.objects.filter(Q(user=user) | about).order_by("pk"),
        *columns,
        model=F("content_type__model"),
        name=Case(When(about, then=F("object_repr"))),
        message=Case(When(about, then=F("change_message"))),
    )


@erases
def _delete_admin_notes(user: User) -> None:
    """Delete what Django's admin noted with the e-mail in it; the audit trail has it by id.

    Notes about the user and the membership go whatever e-mail they have, it may be an earlier one.
    Rather a note too many than one too few: a longer address that ends alike goes with it.
    """
    named = Q(object_repr__contains=user.email) | Q(change_message__contains=user.email)
    AdminEntry.objects.filter(named | _noted_about(user)).delete()


def _noted_about(user: User) -> Q:
    kind_of = ContentType.objects.get_for_model
    about = Q(content_type=kind_of(User), object_id=str(user.pk))
    for membership in Membership.objects.filter(user=user):
        about |= Q(content_type=kind_of(Membership), object_id=str(membership.pk))
    return about

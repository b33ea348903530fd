"""What the product holds about one person: given out on request, erased with the account.

The apps above register what they hold, since nothing here may import them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.db.models import F, Q

from accounts.models import Event, Membership, Profile, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

Section = Callable[[User], Any]
Eraser = Callable[[User], object]

_sections: dict[str, Section] = {}
_erasers: list[Eraser] = []


def exports(name: str) -> Callable[[Section], Section]:
    """Register what gives the section `name` of a user's export; it runs as that user."""

    def register(section: Section) -> Section:
        _sections[name] = section
        return section

    return register


def erases(eraser: Eraser) -> Eraser:
    """Register what deletes, as the system, what no foreign key takes along with the user."""
    _erasers.append(eraser)
    return eraser


def export(user: User) -> dict[str, Any]:
    """Collect every section; one query each, whatever the number of rows."""
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

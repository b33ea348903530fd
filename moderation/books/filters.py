"""What the back-office's list of books can be narrowed by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Q
from unfold.contrib.filters.admin import CheckboxFilter, RadioFilter, TextFilter

from catalog.models import Book
from moderation.models import Flag

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

ALL = "all"
WAITING = "waiting"
STATES = {
    WAITING: ("Waits for a moderator", Q(status=Book.Status.PENDING, sent_back_at=None)),
    "sent_back": ("Sent back", Q(status=Book.Status.PENDING, sent_back_at__isnull=False)),
    "active": ("Active", Q(status=Book.Status.ACTIVE)),
    "inactive": ("Inactive", Q(status=Book.Status.INACTIVE)),
    ALL: ("All", Q()),
}


def state_of(request: HttpRequest) -> str:
    """Say which state is listed: what waits by default; somebody who searches means all books."""
    asked = request.GET.get(StateFilter.parameter_name)
    if asked in STATES:
        return asked
    return ALL if request.GET.get(SEARCH_VAR) else WAITING


class StateFilter(RadioFilter):
    title = "state"
    parameter_name = "state"
    all_option = None

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in STATES.items()]

    def value(self) -> str:
        return state_of(self.request)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Book]) -> QuerySet[Book]:
        return queryset.filter(STATES[self.value()][1])


class FlagFilter(CheckboxFilter):
    """Any of the flags that are ticked; "no flags" are books that were looked at and have none."""

    title = "flags"
    parameter_name = "flag"
    none = "none"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [*Flag.choices, (self.none, "No flags")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Book]) -> QuerySet[Book]:
        asked = self.value() or []
        flags = [flag for flag in asked if flag in Flag.values]
        wanted = Q(screening__flags__overlap=flags) if flags else Q()
        if self.none in asked:
            wanted |= Q(screening__flags=[])
        return queryset.filter(wanted)


class SubmitterFilter(RadioFilter):
    title = "kind of submitter"
    parameter_name = "submitter"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [("publisher", "Publishers"), ("member", "Members")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Book]) -> QuerySet[Book]:
        asked = self.value()
        known = asked in dict(self.lookup_choices)
        return queryset.filter(publisher__isnull=asked == "member") if known else queryset


class LanguageFilter(TextFilter):
    title = "language"
    parameter_name = "language"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Book]) -> QuerySet[Book]:
        tag = self.value()
        return queryset.filter(language__iexact=tag.strip()) if tag else queryset

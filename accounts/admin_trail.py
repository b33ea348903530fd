"""What people did, to be read and never changed: the audit trail and the events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

# Imported for its registration, which comes first so that it can be taken back.
from auditlog import admin as auditlog_admin
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
)
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.models import Event, Membership
from config.model_admin import DayRangeFilter, ModeratedAdmin, changes_of, labelled, shortened

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

VIEW = frozenset({"view"})
ACTION_COLOURS = {"create": "success", "update": "info", "delete": "danger"}
CHANGES_LISTED = 3

admin.site.unregister(auditlog_admin.LogEntry)


class ReadOnlyAdmin(ModeratedAdmin):
    """Rows that only the platform writes. They are many, so nobody counts them for a page."""

    section = "What happened"
    superusers_may = VIEW
    paginator = InfinitePaginator


class WhatFilter(DropdownFilter):
    title = "what"
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: AuditAdmin) -> list[tuple[str, str]]:
        kinds = model_admin.shown_kinds()
        return sorted(((str(kind.pk), kind.name) for kind in kinds), key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        chosen = dict(self.lookup_choices).keys() & {self.value()}
        return queryset.filter(content_type_id__in=chosen) if chosen else queryset


@admin.register(LogEntry)
class AuditAdmin(ReadOnlyAdmin):
    """Who did what, when, in which request. About a reader's own rows it says nothing."""

    icon = "history"
    list_display = ("when", "who", "action_label", "what", "summary", "request_id")
    list_display_links = ("when",)
    list_filter = (
        ("action", ChoicesDropdownFilter),
        WhatFilter,
        ("actor", AutocompleteSelectFilter),
        ("timestamp", DayRangeFilter),
    )
    list_select_related = ("actor", "content_type")
    search_fields = ("cid__exact", "object_pk__exact", "actor__email__exact", "object_repr")
    search_help_text = "A request id, the id or name of what was changed, or somebody's e-mail"
    fields = ("when", "who", "action_label", "what", "request_id", "changes_table")
    readonly_fields = fields
    ordering = ("-timestamp", "-id")

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        return [{**super().sidebar_links(request)[0], "title": "Audit trail"}]

    def shown_kinds(self) -> list[ContentType]:
        """Name the models that moderators see; what others own, they do not see here either."""
        shown = ContentType.objects.get_for_models(*self.admin_site._registry, Membership)  # noqa: SLF001
        return list(shown.values())

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        entries: QuerySet[LogEntry] = super().get_queryset(request)
        return entries.filter(content_type__in=self.shown_kinds())

    @display(description="When", ordering="timestamp")
    def when(self, entry: LogEntry) -> SafeString:
        moment = f"{entry.timestamp:%Y-%m-%d %H:%M:%S}"
        return format_html('<span class="whitespace-nowrap">{}</span>', moment)

    @display(description="Request")
    def request_id(self, entry: LogEntry) -> str:
        return entry.cid or ""

    @display(description="Who")
    def who(self, entry: LogEntry) -> str:
        return str(entry.actor or "the system")

    @display(description="Action", ordering="action")
    def action_label(self, entry: LogEntry) -> SafeString:
        return labelled(str(entry.get_action_display()), ACTION_COLOURS)

    @display(description="What")
    def what(self, entry: LogEntry) -> SafeString | str:
        kind = entry.content_type
        name = f"{kind.name} {shortened(entry.object_repr, 60)}"
        try:
            url = reverse(f"admin:{kind.app_label}_{kind.model}_change", args=[entry.object_pk])
        except NoReverseMatch:
            return name
        return format_html('<a href="{}" class="text-link">{}</a>', url, name)

    @display(description="Changes")
    def summary(self, entry: LogEntry) -> str:
        changes = changes_of(entry)
        told = [f"{c.field}: {shortened(c.old, 30)} → {shortened(c.new, 30)}" for c in changes]
        more = len(told) - CHANGES_LISTED
        return "; ".join(told[:CHANGES_LISTED]) + (f"; {more} more" if more > 0 else "")

    @display(description="Changes")
    def changes_table(self, entry: LogEntry) -> SafeString:
        return render_to_string("admin/changes.html", {"changes": changes_of(entry)})


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    icon = "insights"
    list_display = ("created_at", "name", "user", "counts")
    list_filter = (("name", ChoicesDropdownFilter), ("created_at", DayRangeFilter))
    list_select_related = ("user",)
    fields = readonly_fields = ("created_at", "name", "user", "counts")
    # Ids begin with the time, and have an index.
    ordering = ("-id",)

    @display(description="Counts")
    def counts(self, event: Event) -> str:
        return ", ".join(f"{name} {json.dumps(value)}" for name, value in event.payload.items())

"""The audit trail in the back-office: what people did, to be read and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# Imported for its registration, which comes first so that it can be taken back.
from auditlog import admin as auditlog_admin
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
)
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.back_office.audit_export import lines
from accounts.models import Membership, User
from accounts.second_factor.devices import SECOND_FACTOR
from config.model_admin import DayRangeFilter, ModeratedAdmin, changes_of, labelled, shortened

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern
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
        kinds = model_admin.shown_kinds(request)
        return sorted(((str(kind.pk), kind.name) for kind in kinds), key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        chosen = dict(self.lookup_choices).keys() & {self.value()}
        return queryset.filter(content_type_id__in=chosen) if chosen else queryset


@admin.register(LogEntry)
class AuditAdmin(ReadOnlyAdmin):
    """Who did what, when, in which request. About a reader's own rows it says nothing.

    Of a kind of row that readers may own, it tells what moderators did.
    """

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
    search_fields = ("cid", "object_pk", "actor__email", "object_repr")
    search_help_text = "A request id, the id or name of what was changed, or somebody's e-mail"
    fields = ("when", "who", "action_label", "what", "request_id", "changes_table")
    readonly_fields = fields
    ordering = ("-timestamp", "-id")
    list_before_template = "accounts/audit_export.html"

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        return [{**super().sidebar_links(request)[0], "title": "Audit trail"}]

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(require_POST(self.export))
        return [path("export/", export, name="auditlog_logentry_export"), *super().get_urls()]

    def shown_kinds(self, request: HttpRequest) -> list[ContentType]:
        """Name the models that somebody may see; of others they are told nothing here either."""
        pages = self.admin_site._registry.items()  # noqa: SLF001
        shown = [model for model, page in pages if page.has_view_permission(request)]
        return list(ContentType.objects.get_for_models(*shown, Membership).values())

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """Leave out readers' own rows, and from moderators who has a second factor."""
        entries: QuerySet[LogEntry] = super().get_queryset(request)
        kinds = self.shown_kinds(request)
        owned = [kind for kind in kinds if hasattr(kind.model_class(), "owner_user")]
        entries = entries.filter(content_type__in=kinds).filter(
            ~Q(content_type__in=owned) | Q(actor__is_staff=True)
        )
        if request.user.is_superuser:
            return entries
        return entries.exclude(changes__has_key=SECOND_FACTOR)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LogEntry], search_term: str
    ) -> tuple[QuerySet[LogEntry], bool]:
        """Look in the trail alone, by its indexes; asked of two tables, it is read through."""
        term = search_term.strip()
        if not term:
            return queryset, False
        named = Q(cid=term) | Q(object_pk=term) | Q(object_repr__icontains=term)
        for actor in User.objects.filter(email=User.objects.normalize_email(term)):
            named |= Q(actor_id=actor.pk)
        return queryset.filter(named), False

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """Send what the filters show as a file, and note in the trail who took it."""
        self.require(request, "view")
        try:
            entries = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters as exc:
            raise BadRequest from exc
        LogEntry.objects.log_create(
            request.user,
            action=LogEntry.Action.ACCESS,
            changes={"audit trail": ["", f"exported {request.GET.urlencode()}".strip()]},
        )
        name = f"audit-trail-{timezone.now():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            lines(entries),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

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

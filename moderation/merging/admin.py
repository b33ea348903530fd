"""What was merged, by whom, and until when it can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from catalog.models import Merge
from catalog.models.merges import UNDO_WITHIN
from config.model_admin import Button, ModeratedAdmin, labelled, shortened
from moderation.merging import job
from moderation.merging.rules import why_not_undone, why_too_late

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

STATUS_COLOURS = {
    "merged": "success",
    "under way": "warning",
    "being undone": "warning",
    "undone": "info",
}
COUNTED = {
    "edition": "editions",
    "link": "links of authors and works",
    "shelf": "items on shelves",
    "rating": "ratings",
    "choice": "choices of an edition",
    "follow": "followers",
    "alias": "old ids of Open Library",
}


@admin.register(Merge)
class MergeAdmin(ModeratedAdmin):
    """Merges are made from the lists of authors and works, and undone here."""

    section = "Books"
    icon = "merge"
    rank = 3
    superusers_may = frozenset({"view"})
    page_actions = ("undo",)
    list_display = ("merged", "kept", "kind", "by", "created_at", "status_label", "undo_text")
    list_select_related = ("merged_by",)
    list_filter = ("kind", "status")
    search_fields = ("merged_name", "kept_name")
    search_help_text = "Words of a name or a title"
    list_display_links = ("merged",)
    sortable_by = ("created_at",)
    paginator = InfinitePaginator
    list_before_template = "moderation/merging/no_merges.html"
    fields = readonly_fields = (
        *("merged", "kept_link", "kind", "status_label", "by", "created_at"),
        *("moved", "undo_text", "stayed_text"),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Merged")
    def merged(self, merge: Merge) -> str:
        key = f" ({merge.merged_openlibrary_id})" if merge.merged_openlibrary_id else ""
        return shortened(merge.merged_name) + key

    @display(description="Into")
    def kept(self, merge: Merge) -> str:
        return shortened(merge.kept_name)

    @display(description="Into")
    def kept_link(self, merge: Merge) -> SafeString:
        link = reverse(f"admin:catalog_{merge.kind}_change", args=[merge.kept_id])
        return format_html('<a class="text-link" href="{}">{}</a>', link, merge.kept_name)

    @display(description="By")
    def by(self, merge: Merge) -> str:
        return str(merge.merged_by or "a deleted account")

    @display(description="State")
    def status_label(self, merge: Merge) -> SafeString:
        return labelled(merge.get_status_display(), STATUS_COLOURS)

    @display(description="What moved")
    def moved(self, merge: Merge) -> str:
        counted = [(what, merge.counts.get(kind)) for kind, what in COUNTED.items()]
        told = "; ".join(f"{what}: {count:,}" for what, count in counted if count)
        return told.capitalize() or "Nothing hung on it"

    @display(description="Undo")
    def undo_text(self, merge: Merge) -> str:
        if merge.status == Merge.Status.MERGED:
            until = merge.created_at + UNDO_WITHIN
            return why_too_late(merge) or f"Until {until:%Y-%m-%d %H:%M} UTC"
        return why_not_undone(merge)

    @display(description="Stayed")
    def stayed_text(self, merge: Merge) -> str:
        if not merge.stayed:
            return "Nothing"
        return f"{merge.stayed:,} items stay where they are: their readers have no room for more."

    def buttons(self, request: HttpRequest, obj: Merge) -> list[Button]:
        may = request.user.has_perm("catalog.change_merge")
        if not may or why_not_undone(obj):
            return []
        return [Button("undo", "Undo the merge", "danger")]

    @admin.action(description="Undo the merge")
    def undo(self, request: HttpRequest, queryset: QuerySet[Merge]) -> None:
        if not request.user.has_perm("catalog.change_merge"):
            raise PermissionDenied
        self.take_step(request, queryset, lambda row: job.undo(row, request.user), "undone")  # type: ignore[arg-type]

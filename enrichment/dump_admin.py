"""The loads of Open Library's dumps in the back-office: when, how, and what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from unfold.decorators import display

from config.model_admin import ModeratedAdmin, labelled
from enrichment.dumps.reasons import sentence_of
from enrichment.models import DumpLoad

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.safestring import SafeString

STATUS_COLOURS = {"running": "warning", "succeeded": "success", "failed": "danger"}


@admin.register(DumpLoad)
class DumpLoadAdmin(ModeratedAdmin):
    """Loads are made by operators (`import_openlibrary_dump`) and kept as they were."""

    section = "Background"
    icon = "database_upload"
    superusers_may = frozenset({"view"})
    list_display = ("made_on", "status_label", "how", "written", "refused_count", "started", "took")
    list_filter = ("status",)
    ordering = ("-id",)
    readonly_fields = (
        *("made_on", "status_label", "how", "started", "took", "error"),
        *("changes_table", "refused_table", "files_table"),
    )
    fieldsets = (
        (None, {"fields": ("made_on", ("status_label", "how"), ("started", "took"), "error")}),
        ("Rows", {"fields": ("changes_table",)}),
        ("Refused lines", {"fields": ("refused_table",)}),
        ("Files", {"fields": ("files_table",)}),
    )
    list_before_template = "admin/enrichment/dumpload/none.html"

    @display(description="Status", ordering="status")
    def status_label(self, load: DumpLoad) -> SafeString:
        return labelled(load.status, STATUS_COLOURS)

    @display(description="Kind", ordering="way")
    def how(self, load: DumpLoad) -> str:
        return load.get_way_display()

    @display(description="Rows written")
    def written(self, load: DumpLoad) -> str:
        return f"{sum(sum(counts.values()) for counts in load.changes.values()):,}"

    @display(description="Lines refused")
    def refused_count(self, load: DumpLoad) -> str:
        return f"{sum(load.refused.values()):,}"

    @display(description="Started", ordering="id")
    def started(self, load: DumpLoad) -> str:
        return f"{load.started_at:%Y-%m-%d %H:%M} UTC"

    @display(description="Took")
    def took(self, load: DumpLoad) -> str:
        """Say how long it took, a cut and going on included."""
        return timesince(load.started_at, load.finished_at) if load.finished_at else "not ended"

    @display(description="What became of them")
    def changes_table(self, load: DumpLoad) -> SafeString | str:
        return _listed(
            (f"{table.replace('_', ' ')} {change}", count)
            for table, counts in load.changes.items()
            for change, count in counts.items()
            if count
        )

    @display(description="Why")
    def refused_table(self, load: DumpLoad) -> SafeString | str:
        return _listed((sentence_of(reason), count) for reason, count in load.refused.items())

    @display(description="Names and bytes")
    def files_table(self, load: DumpLoad) -> SafeString | str:
        return _listed((file["name"], file["size"]) for file in load.files.values())


def _listed(rows: Iterable[tuple[str, int]]) -> SafeString | str:
    lines = format_html_join(
        "",
        '<tr><td class="pr-6 text-right tabular-nums">{}</td><td>{}</td></tr>',
        ((f"{count:,}", what) for what, count in rows),
    )
    return format_html("<table>{}</table>", lines) if lines else "None"

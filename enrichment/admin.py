"""What goes on in the background, in the back-office: jobs, and above all those that failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from unfold.contrib.filters.admin import DropdownFilter, RadioFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from config.admin import Card, register_card
from config.confirmation import Question, ask
from config.fields import read_id
from config.model_admin import Button, DayRangeFilter, ModeratedAdmin, labelled, shortened
from enrichment import dump_admin, jobs, source_admin  # noqa: F401  (two register their pages)
from enrichment.book_uploads import KIND as BOOK_IMPORT
from enrichment.book_uploads import pages  # noqa: F401  (registers them)
from enrichment.models import Job
from enrichment.models.jobs import FINISHED

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

ALL = "all"
PRIVATE = "The reader's own"
LONGEST_WRITTEN = 20_000
"""Characters of a job's JSON that its page shows: a job may work on ten thousand ids."""
RUN_AGAIN = Question(
    "run_again",
    "Run again",
    "Failed jobs go on from where they came to, others begin anew. What waits or runs is skipped.",
)
STATUS_COLOURS = {
    "queued": "info",
    "running": "warning",
    "succeeded": "success",
    "failed": "danger",
}


class JobStatusFilter(RadioFilter):
    """Failed ones unless others are asked for; somebody who searches means all jobs."""

    title = "status"
    parameter_name = "status"
    all_option = None

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        found = Job.objects.order_by().values_list("status").annotate(Count("pk"))
        counts = dict(found)
        named = [(str(value), label, counts.get(value, 0)) for value, label in Job.Status.choices]
        rows = [*named, (ALL, "All", sum(counts.values()))]
        return [(value, f"{label} ({count:,})") for value, label, count in rows]

    def value(self) -> str:
        asked = super().value()
        if asked in {*Job.Status.values, ALL}:
            return str(asked)
        return ALL if self.request.GET.get(SEARCH_VAR) else Job.Status.FAILED.value

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        return queryset if self.value() == ALL else queryset.filter(status=self.value())


class KindFilter(DropdownFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [(name, _words(name)) for name in sorted(jobs.KINDS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        kind = self.value()
        return queryset.filter(kind=kind) if kind in jobs.KINDS else queryset


@admin.register(Job)
class JobAdmin(ModeratedAdmin):
    """Jobs are started by what people do and by beat, and deleted a month after their end."""

    section = "Background"
    icon = "work_history"
    superusers_may = frozenset({"view"})
    actions = page_actions = ("run_again",)
    list_display = ("what", "owner", "status_label", "progress", "attempts", "age", "problem")
    list_filter = (JobStatusFilter, KindFilter, ("created_at", DayRangeFilter))
    list_select_related = ("user",)
    list_disable_select_all = True
    search_fields = ("id", "user__email", "request_id")
    search_help_text = "A job's id, its owner's e-mail, or the id of the request that started it"
    paginator = InfinitePaginator
    ordering = ("-id",)
    readonly_fields = (
        *("what", "owner", "status_label", "progress", "problem", "import_links"),
        *("attempts", "losses", "queue", "request_id", "once_key_text"),
        *("arguments_text", "state_text", "result_text"),
        *("created_at", "started_at", "due_at", "finished_at"),
    )
    fieldsets = (
        (
            None,
            {"fields": ("what", "owner", "status_label", "progress", "problem", "import_links")},
        ),
        ("What it works on", {"fields": ("arguments_text", "state_text", "result_text")}),
        ("Runs", {"fields": (("attempts", "losses"), ("queue", "request_id"), "once_key_text")}),
        ("Times", {"fields": (("created_at", "started_at"), ("due_at", "finished_at"))}),
    )

    list_before_template = "admin/enrichment/job/no_failed.html"

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        failed = Job.objects.filter(status=Job.Status.FAILED).count()
        badge = {"badge": str(failed), "badge_variant": "danger"} if failed else {}
        return [{**link, **badge} for link in super().sidebar_links(request)]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Job], search_term: str
    ) -> tuple[QuerySet[Job], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        named = Q(user__email__iexact=term) | Q(request_id=term)
        return queryset.filter(named | Q(pk=read_id(term))), False

    @display(description="Job", ordering="kind")
    def what(self, job: Job) -> str:
        return _words(job.kind)

    @display(description="Owner")
    def owner(self, job: Job) -> str:
        return str(job.user or "the platform")

    @display(description="Status", ordering="status")
    def status_label(self, job: Job) -> SafeString:
        return labelled(job.status, STATUS_COLOURS)

    @display(description="Done")
    def progress(self, job: Job) -> str:
        return f"{job.done:,}" if job.total is None else f"{job.done:,} of {job.total:,}"

    @display(description="Age", ordering="created_at")
    def age(self, job: Job) -> SafeString:
        moment = f"{job.created_at:%Y-%m-%d %H:%M} UTC"
        return format_html(
            '<span class="whitespace-nowrap" title="{}">{}</span>',
            moment,
            timesince(job.created_at),
        )

    @display(description="Error")
    def problem(self, job: Job) -> str:
        return shortened(job.error or "", 200)

    @display(description="Arguments")
    def arguments_text(self, job: Job) -> SafeString | str:
        return _written(job, job.arguments)

    @display(description="Noted down")
    def state_text(self, job: Job) -> SafeString | str:
        return _written(job, job.state)

    @display(description="Result")
    def result_text(self, job: Job) -> SafeString | str:
        return _written(job, job.result)

    @display(description="Once key")
    def once_key_text(self, job: Job) -> str:
        return PRIVATE if _is_private(job) else job.once_key or "None"

    def buttons(self, request: HttpRequest, obj: Job) -> list[Button]:
        return [Button("run_again", "Run again", "primary")] if obj.status in FINISHED else []

    @admin.action(description="Run again …")
    def run_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> HttpResponse | None:
        if page := ask(self, request, queryset, RUN_AGAIN):
            return page
        self.take_step(request, queryset, jobs.run_again, "queued again")
        return None

    @display(description="Import")
    def import_links(self, job: Job) -> SafeString | str:
        """Lead from a file's import to its own page, and to the rows that it refused."""
        if job.kind != BOOK_IMPORT:
            return "None"
        links = [("admin:follow_books", "How the import went")]
        if job.state.get("tally", {}).get("refusals"):
            links.append(("admin:refused_books", "Download the refused rows"))
        shown = ((reverse(name, args=[job.pk]), text) for name, text in links)
        return format_html_join(", ", '<a href="{}" class="text-link">{}</a>', shown)


def failed_jobs_card(_request: HttpRequest) -> Card:
    failed = Job.objects.filter(status=Job.Status.FAILED).aggregate(
        count=Count("pk"), last=Max("finished_at")
    )
    link = f"{reverse('admin:enrichment_job_changelist')}?status={Job.Status.FAILED.value}"
    if not failed["count"]:
        return Card("Failed jobs", 0, "Nothing to run again", link)
    note = f"The last failed {timesince(failed['last'])} ago; see why, and run them again"
    return Card("Failed jobs", failed["count"], note, link)


register_card(failed_jobs_card)


def _words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _is_private(job: Job) -> bool:
    kind = jobs.KINDS.get(job.kind)
    return kind is not None and kind.is_private


def _written(job: Job, value: Any) -> SafeString | str:
    """Write JSON as people read it; of what is long, the page scrolls that part alone."""
    if value and _is_private(job):
        return PRIVATE
    text = json.dumps(value, indent=2, ensure_ascii=False) if value else "None"
    if (more := len(text) - LONGEST_WRITTEN) > 0:
        text = f"{text[:LONGEST_WRITTEN]}\n… and {more:,} more characters"
    return format_html(
        '<pre tabindex="0" class="max-h-96 overflow-y-auto text-sm whitespace-pre-wrap">{}</pre>',
        text,
    )

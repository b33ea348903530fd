"""From the list to the result: choose, confirm, follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from catalog.models import Book
from config.admin import register_page
from config.fields import path_id
from config.model_admin import Moderated
from enrichment.models import Job
from moderation.books.steps import address
from moderation.bulk import job as bulk_job
from moderation.bulk import plan as plans
from moderation.bulk import running, selections
from moderation.bulk.forms import ConfirmationForm
from moderation.bulk.running import Tally
from moderation.bulk.selections import Selection
from moderation.bulk.steps import STEPS

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from moderation.bulk.plan import Plan
    from moderation.bulk.steps import Step

MOST = 10_000
AT_ONCE = 200
"""Above which a job does it: nobody waits minutes for a page."""
OPEN = 10
"""Books that were not taken, up to which a message names them without being asked."""
LOOK_AGAIN = "3"
"""Seconds after which the page of a job that is not over looks again."""


def choose(request: HttpRequest, books: QuerySet[Book], name: str) -> HttpResponse | None:
    """Go on from the list's action to where it is confirmed; None leads back to the list.

    The list's key for the one book that is looked at asks nothing (`at_once`); a book that is sent
    back alone has a page of its own.
    """
    ids = list(books.values_list("pk", flat=True)[: MOST + 1])
    query = request.GET.urlencode()
    if len(ids) > MOST:
        messages.error(request, f"At most {MOST:,} books can be taken at once. Narrow the list.")
        return None
    if len(ids) == 1 and name == "send_back":
        return HttpResponseRedirect(address("send_back", ids[0], query))
    if len(ids) == 1 and "at_once" in request.POST:
        tally = Tally()
        running.take(STEPS[name], ids, "", tally)
        _tell(request, STEPS[name], tally)
        return None
    token = selections.keep(Selection(name, ids, query), request.user.pk)
    return HttpResponseRedirect(reverse("admin:confirm_steps", args=[token]))


class BulkPages(Moderated):
    """Whoever may change books may take many of them a step, and look at the jobs that do."""

    model = Book
    section: ClassVar[str] = "Books"
    icon: ClassVar[str] = "checklist"
    rank: ClassVar[int] = 0

    def urls(self, site: AdminSite) -> list[URLPattern]:
        view = site.admin_view
        return [
            path("book-steps/<str:token>/", view(self.confirm), name="confirm_steps"),
            path("book-steps/jobs/<str:job_id>/", view(self.follow), name="follow_steps"),
        ]

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Give none: the list leads here."""
        return []

    def confirm(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show what will happen to which books; a POST has it done."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        selection = selections.find(token, request.user.pk)
        if selection is None:
            messages.warning(request, "This was confirmed already, or is over an hour old.")
            return HttpResponseRedirect(_list())
        plan = plans.make(STEPS[selection.step], selection.books)
        form = ConfirmationForm(plan, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            if not selections.use_up(token, request.user.pk):
                return HttpResponseRedirect(_list(selection.query))
            return _run(request, selection, plan, form.cleaned_data)
        return _page(
            request,
            "confirm",
            title=f"{plan.step.verb} {_books(len(selection.books))}?",
            step=plan.step,
            parts=plan.parts(),
            form=form,
            takes_a_job=len(plan.ready) + len(plan.doubtful) > AT_ONCE,
            back=_list(selection.query),
        )

    def follow(self, request: HttpRequest, job_id: str) -> HttpResponse:
        """Show how far a job is, again and again until it is over, and what became of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = Job.objects.filter(pk=path_id(job_id), kind=bulk_job.KIND).first()
        if job is None:
            raise Http404
        step = STEPS[job.arguments["step"]]
        page = _page(
            request,
            "follow",
            title=f"{step.verb} many books",
            job=job,
            step=step,
            tally=bulk_job.tally_of(job.state, job.arguments),
            back=_list(job.arguments["query"]),
        )
        if job.finished_at is None:
            page["Refresh"] = LOOK_AGAIN
        return page


def _run(
    request: HttpRequest, selection: Selection, plan: Plan, said: dict[str, Any]
) -> HttpResponse:
    """Do what was confirmed: at once and back to the list, or by a job and on to its page."""
    tally, ids, reason = Tally(), plan.ready, said.get("reason", "")
    running.leave_out(tally, plan.skipped)
    if said.get("leave_doubtful"):
        running.leave_out(tally, plan.doubtful)
    else:
        # In the order in which they were chosen.
        ids = [pk for pk in selection.books if pk not in plan.skipped]
    if len(ids) > AT_ONCE:
        job_id = bulk_job.start(
            plan.step.name,
            ids,
            reason=reason,
            query=selection.query,
            tally=tally,
            user_id=request.user.pk,
        )
        return HttpResponseRedirect(reverse("admin:follow_steps", args=[job_id]))
    running.take(plan.step, ids, reason, tally)
    _tell(request, plan.step, tally)
    return HttpResponseRedirect(_list(selection.query))


def _tell(request: HttpRequest, step: Step, tally: Tally) -> None:
    """Say how many books were taken, and name those that were not."""
    if tally.done:
        messages.success(request, f"{_books(tally.done)} {step.done}.")
    if not tally.left:
        return
    named = format_html_join("", "<li>“{}”: {}</li>", [row[1:] for row in tally.named])
    messages.warning(
        request,
        format_html(
            "<details{}><summary>{} not {}</summary><ul>{}{}</ul></details>",
            mark_safe(" open") if tally.left <= OPEN else "",
            _books(tally.left),
            step.done,
            named,
            format_html("<li>And {} more.</li>", tally.unnamed) if tally.unnamed else "",
        ),
    )


def _books(count: int) -> str:
    return "1 book" if count == 1 else f"{count:,} books"


def _list(query: str = "") -> str:
    link = reverse("admin:catalog_book_changelist")
    return f"{link}?{query}" if query else link


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    context |= admin.site.each_context(request)
    return TemplateResponse(request, f"moderation/bulk/{name}.html", context)


register_page(BulkPages())

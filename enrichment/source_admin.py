"""How the sources outside fare, in the back-office: a page of its own, and a card on the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from auditlog.models import LogEntry
from django.contrib import admin, messages
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.timesince import timeuntil
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from config.admin import Card, register_card, register_page
from config.model_admin import Moderated
from enrichment.models import Job
from enrichment.outside import source_health
from enrichment.source_report import Source, all_sources, known_title

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

UNKNOWN = "Redis does not answer, so nobody knows how the sources fare: look at /readyz."


class SourcesPage(Moderated):
    """Whoever sees the jobs looks; a superuser may have a source asked before its pause is over."""

    section: ClassVar[str] = "Background"
    icon: ClassVar[str] = "cloud_sync"
    rank: ClassVar[int] = 1
    model = Job
    superusers_may = frozenset({"view", "change"})

    def urls(self, site: AdminSite) -> list[URLPattern]:
        ask_again = site.admin_view(require_POST(self.ask_again))
        return [
            path("sources/", site.admin_view(self.show), name="sources"),
            path("sources/<slug:name>/ask-again/", ask_again, name="ask_source_again"),
        ]

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        link = reverse("admin:sources")
        return [{"title": "Sources", "link": link, "active": request.path.startswith(link)}]

    def show(self, request: HttpRequest) -> HttpResponse:
        self.require(request, "view")
        try:
            shown, problem = all_sources(), ""
        except RedisError:
            shown, problem = [], UNKNOWN
        context = admin.site.each_context(request) | {
            "title": "Sources",
            "sources": shown,
            "problem": problem,
            "may_change": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/enrichment/sources.html", context)

    def ask_again(self, request: HttpRequest, name: str) -> HttpResponse:
        """End a source's pause, and note down who did."""
        self.require(request, "change")
        title = known_title(name)
        if title is None:
            raise Http404
        _resume(request, name, title)
        return HttpResponseRedirect(reverse("admin:sources"))


def _resume(request: HttpRequest, name: str, title: str) -> None:
    try:
        was_held = source_health.resume(name)
    except RedisError:
        messages.error(request, UNKNOWN)
        return
    if not was_held:
        messages.info(request, f"{title} is not paused: the next request asks it.")
        return
    # A source has no row; the entry is about the person, and the trail shows it as what they did.
    LogEntry.objects.log_create(
        request.user,
        action=LogEntry.Action.UPDATE,
        changes={title: ["paused", "asked again"]},
    )
    messages.success(request, f"{title} is asked again, by the next request that needs it.")


def sources_card(_request: HttpRequest) -> Card:
    """Sum the sources up for the first page, which has to be there without Redis, too."""
    link = reverse("admin:sources")
    try:
        shown = all_sources()
    except RedisError:
        return Card("Sources", "Unknown", "Redis does not answer: look at /readyz", link)
    unwell = [each for each in shown if not each.health.is_healthy]
    if not unwell:
        unset = ", ".join(each.unset for each in shown if each.is_configured and each.unset)
        return Card("Sources", "All well", f"Set {unset}" if unset else "Nothing to do", link)
    number = "1 is not well" if len(unwell) == 1 else f"{len(unwell)} are not well"
    return Card("Sources", number, "; ".join(map(_briefly, unwell)), link)


def _briefly(source: Source) -> str:
    until = source.health.paused_until
    wait = f" for {timeuntil(until)}" if until else ""
    return f"{source.told.title} is {source.health.state}{wait}"


register_page(SourcesPage())
register_card(sources_card)

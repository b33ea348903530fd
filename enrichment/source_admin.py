"""How the sources outside fare, in the back-office: a page of its own, and a card on the first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from auditlog.models import LogEntry
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.timesince import timeuntil
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from config.admin import Card, register_card, register_page
from config.model_admin import Moderated, labelled
from enrichment import sources
from enrichment.outside import source_health
from enrichment.sources import legimi

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from enrichment.outside.source_health import Health

LABELS = {"unused": "never asked"}
STATE_COLOURS = {
    "healthy": "success",
    "failing": "warning",
    "paused": "danger",
    "never asked": "info",
}
SETUP_COLOURS = {"configured": "success", "incomplete": "warning", "not configured": "info"}
SENTENCES = {
    "healthy": "It answers.",
    "failing": "The last call brought no answer. It is still asked.",
    "paused": "Nobody asks it, callers are refused at once, and jobs wait for it.",
    "unused": "Nobody has asked it yet, so nothing is known of it.",
}
OFF = "It is not asked until it is configured."
UNKNOWN = "Redis does not answer, so nobody knows how the sources fare: look at /readyz."

ADVICE = {
    "rate_limited": "If it comes back, something else on this address asks the same source.",
    "failing": "Look at the lines source_failed in the log; most often the fault is theirs.",
}
"""What to do, beside what the source's own message says; other reasons share that of "failing"."""
NOT_ASKED = frozenset({"paused", "our_pace", "busy"})
"""Outcomes of calls that we did not let out."""


class Told(NamedTuple):
    """What an operator reads of a source that its module does not say."""

    title: str
    variable: str = ""
    """Of the environment, and by the same name of the settings: without it the source is not all
    that it can be."""
    meaning: str = ""
    if_blocked: str = ""


TOLD = {
    "openlibrary": Told(
        "Open Library",
        "OPENLIBRARY_CONTACT",
        "a URL and an e-mail address of yours; without them Open Library turns us away",
        "If OPENLIBRARY_CONTACT is set, choose another SOURCES_USER_AGENT, and write to them.",
    ),
    "googlebooks": Told("Google Books", "GOOGLE_BOOKS_API_KEY", "a free key of Google's"),
    "legimi": Told(
        "Legimi",
        "LEGIMI_ENABLED",
        "1, once you have read docs/legimi.md",
        "Read docs/legimi.md, and switch it off or write to them.",
    ),
}


class Calls(NamedTuple):
    """How often a source was asked since Redis was emptied last, by what came of it."""

    found: int
    missing: int
    failed: int
    reasons: list[tuple[str, int]]
    """All but found and missing, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source as the page shows it."""

    name: str
    is_configured: bool
    health: Health
    calls: Calls

    @property
    def told(self) -> Told:
        return TOLD.get(self.name, Told(self.name))

    @property
    def is_paused(self) -> bool:
        return self.health.state == "paused"

    @property
    def state_label(self) -> SafeString:
        return labelled(LABELS.get(self.health.state, self.health.state), STATE_COLOURS)

    @property
    def sentence(self) -> str:
        if self.health.state == "unused" and not self.is_configured:
            return OFF
        return SENTENCES[self.health.state]

    @property
    def setup_label(self) -> SafeString:
        if not self.is_configured:
            return labelled("not configured", SETUP_COLOURS)
        return labelled("incomplete" if self.unset else "configured", SETUP_COLOURS)

    @property
    def unset(self) -> str:
        """Name the variable that is not set."""
        variable = self.told.variable
        return variable if variable and not getattr(settings, variable) else ""

    @property
    def reason(self) -> str:
        return _words(self.health.reason)

    @property
    def advice(self) -> str:
        """Say what to do about the reason, if anything is wrong."""
        reason = self.health.reason
        if reason in {"blocked", "quota"}:
            return self.told.if_blocked if reason == "blocked" else ""
        return ADVICE.get(reason, ADVICE["failing"]) if reason else ""


def all_sources() -> list[Source]:
    """Give all sources as they are now. Raises RedisError."""
    configured = {name: plugin.is_configured() for name, plugin in sources.PLUGINS.items()}
    configured[legimi.NAME] = legimi.is_configured()
    counts = _counts()
    return [
        Source(name, is_configured, source_health.health(name), _calls(counts[name]))
        for name, is_configured in configured.items()
    ]


def _counts() -> Mapping[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for (name, outcome), count in source_health.calls().items():
        counts[name][outcome] = count
    return counts


def _calls(counts: Mapping[str, int]) -> Calls:
    others = {key: count for key, count in counts.items() if key not in {"found", "missing"}}
    # A record that is no good came with a call that stands among those found.
    failed = sum(count for key, count in others.items() if key not in NOT_ASKED | {"unusable"})
    by_count = sorted(others.items(), key=lambda other: -other[1])
    reasons = [(_words(key), count) for key, count in by_count]
    return Calls(counts.get("found", 0), counts.get("missing", 0), failed, reasons)


def _words(reason: str) -> str:
    return reason.replace("_", " ")


class SourcesPage(Moderated):
    """Moderators look; a superuser may have a source asked before its pause is over."""

    section: ClassVar[str] = "Background"
    icon: ClassVar[str] = "cloud_sync"
    moderators_may = frozenset({"view"})
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
        if not self.has_change_permission(request):
            raise PermissionDenied
        if name not in {*sources.PLUGINS, legimi.NAME}:
            raise Http404
        _resume(request, name, TOLD.get(name, Told(name)).title)
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
        unwell = [each for each in all_sources() if not each.health.is_healthy]
    except RedisError:
        return Card("Sources", "Unknown", "Redis does not answer: look at /readyz", link)
    if not unwell:
        return Card("Sources", "All well", "Nothing to do", link)
    number = "1 is not well" if len(unwell) == 1 else f"{len(unwell)} are not well"
    return Card("Sources", number, "; ".join(map(_briefly, unwell)), link)


def _briefly(source: Source) -> str:
    until = source.health.paused_until
    wait = f" for {timeuntil(until)}" if until else ""
    return f"{source.told.title} is {source.health.state}{wait}"


register_page(SourcesPage())
register_card(sources_card)

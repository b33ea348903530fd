"""The back-office: as whom its pages run, and its side bar; for the rest `config.model_admin`."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper, wraps
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, cast

import structlog
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse, TemplateResponse
from redis.exceptions import RedisError
from unfold.sites import UnfoldAdminSite

from config.row_security import NOBODY, Actor, acting_as

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

SECTIONS = ["Books", "People", "Background", "What happened"]
"""The side bar's headings; each model admin names its own as `section`."""


class Page(Protocol):
    """A page that is not about a model's rows."""

    section: ClassVar[str]
    icon: ClassVar[str]
    rank: ClassVar[int]

    def urls(self, site: AdminSite) -> list[URLPattern]:
        """Give its addresses; each view goes through `site.admin_view`."""

    def has_view_permission(self, request: HttpRequest) -> bool: ...

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Give the side bar's entries, as `ModeratedAdmin.sidebar_links` does."""


class Card(NamedTuple):
    """Something that may wait, on the first page, and where to see to it."""

    title: str
    number: int | str
    note: str
    link: str


Gate = Callable[["HttpRequest"], str]
"""Gives the page that somebody has to pass first, or "" when they may go on."""

_log = structlog.get_logger(__name__)
_gates: list[Gate] = []
_pages: list[Page] = []
_cards: list[Callable[[HttpRequest], Card]] = []


def register_page(page: Page) -> None:
    """Show a page of an app's in the side bar; the app's `admin` module is the place to do it."""
    _pages.append(page)


def register_card(give: Callable[[HttpRequest], Card]) -> None:
    """Show a card of an app's on the first page, after those of the apps below it."""
    _cards.append(give)


def register_gate(gate: Gate) -> None:
    """Let nobody see a page of the back-office before they have passed another."""
    _gates.append(gate)


def cards(request: HttpRequest) -> list[Card]:
    """Give the cards that apps have registered."""
    return [give(request) for give in _cards]


def told_when_down(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer with a page that says so when Redis or PostgreSQL does not answer; nothing is kept."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (RedisError, OperationalError, InterfaceError):
            _log.warning("back_office_unavailable", exc_info=True)
            page = render(request, "503.html", status=503)
            page.headers["Retry-After"] = "5"
            return page

    return answered


class BackOfficeConfig(AdminConfig):
    default_site = "config.admin.ModeratorSite"


class ModeratorSite(UnfoldAdminSite):
    """Runs each page as the moderator who is signed in, in one transaction."""

    index_title = "What waits"

    def admin_view(
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., HttpResponseBase]:
        guarded = super().admin_view(view, cacheable)

        @told_when_down
        def as_moderator(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                with acting_as(_actor_of(request)):
                    response: HttpResponseBase = guarded(request, *args, **kwargs)
                    # Admin pages are lazy: most of what they show they read when rendered.
                    if isinstance(response, SimpleTemplateResponse):
                        response = response.render()
                    return response
            # Forms catch what people type; what comes through is an address typed by hand.
            except (ValidationError, DataError) as exc:
                raise BadRequest("This address cannot be read.") from exc

        return update_wrapper(as_moderator, guarded)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not _page_before(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send whoever has given their password on to the gate that is still before them."""
        is_known = request.method == "GET" and super().has_permission(request)
        if is_known and (first := _page_before(request)):
            return HttpResponseRedirect(f"{first}?{request.GET.urlencode()}")
        page = told_when_down(super().login)(request, extra_context)
        return cast("HttpResponse", page)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        if self._shown(request):
            page: TemplateResponse = super().index(request, extra_context)
            return page
        context = {**self.each_context(request), "title": "Nothing to see yet"}
        return TemplateResponse(request, "accounts/no_rights.html", context)

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Give none: unfold's looks through all tables, row by row, and each list has its own."""
        raise Http404

    def extra_urls(self) -> list[URLPattern]:
        """Add those of the registered pages (unfold asks for them)."""
        return [url for page in _pages for url in page.urls(self)]

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """List what the moderator may see, under the headings of SECTIONS."""
        shown = self._shown(request)
        shown.sort(key=lambda page: (SECTIONS.index(page.section), page.rank))
        return [
            {
                "title": section,
                "items": [
                    {"has_permission": True, "icon": page.icon, **link}
                    for page in listed
                    for link in page.sidebar_links(request)
                ],
            }
            for section, listed in groupby(shown, lambda page: page.section)
        ]

    def _shown(self, request: HttpRequest) -> list[Any]:
        pages = [*self._registry.values(), *_pages]
        return [page for page in pages if page.has_view_permission(request)]


def _page_before(request: HttpRequest) -> str:
    return next(filter(None, (gate(request) for gate in _gates)), "")


def _actor_of(request: HttpRequest) -> Actor:
    user = request.user
    if user.is_active and user.is_staff:
        return Actor(role="staff", user_id=user.pk)
    return NOBODY

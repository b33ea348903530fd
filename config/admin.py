"""The back-office: as whom its pages run, and its side bar; for the rest `config.model_admin`."""

from __future__ import annotations

from functools import update_wrapper
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError
from django.template.response import SimpleTemplateResponse
from unfold.sites import UnfoldAdminSite

from config.row_security import NOBODY, Actor, acting_as

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SECTIONS = ["Books", "People", "Background", "What happened"]
"""The side bar's headings; each model admin names its own as `section`."""


class BackOfficeConfig(AdminConfig):
    default_site = "config.admin.ModeratorSite"


class ModeratorSite(UnfoldAdminSite):
    """Runs each page as the moderator who is signed in, in one transaction."""

    index_title = "What waits"

    def admin_view(
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., HttpResponseBase]:
        guarded = super().admin_view(view, cacheable)

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

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """List what the moderator may see, under the headings of SECTIONS."""
        shown = [admin for admin in self._registry.values() if admin.has_view_permission(request)]
        shown.sort(key=lambda admin: SECTIONS.index(admin.section))
        return [
            {
                "title": section,
                "items": [
                    {"has_permission": True, "icon": admin.icon, **link}
                    for admin in admins
                    for link in admin.sidebar_links(request)
                ],
            }
            for section, admins in groupby(shown, lambda admin: admin.section)
        ]


def _actor_of(request: HttpRequest) -> Actor:
    user = request.user
    if user.is_active and user.is_staff:
        return Actor(role="staff", user_id=user.pk)
    return NOBODY

"""`/api/enrichment/plugins`: which sources there are, and how they fare (contract, "Members")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers

from config.api import BaseView
from config.paging import Pages
from enrichment.outside import source_health
from enrichment.sources import plugins
from shelves.book_serializers import PageNumbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_framework.request import Request
    from rest_framework.response import Response


class PluginSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    configured = serializers.BooleanField(
        help_text="Whether it has the key, or the permission, that it needs here."
    )
    healthy = serializers.BooleanField(
        allow_null=True, help_text="null as long as it has never been asked."
    )


PLUGIN_PAGE = inline_serializer(
    "PluginPage",
    {
        "items": PluginSerializer(many=True),
        "total": serializers.IntegerField(min_value=0),
        "page": serializers.IntegerField(min_value=1),
    },
)


class PluginList(BaseView):
    @extend_schema(
        operation_id="list_plugins",
        summary="List the sources outside",
        description="Those that a book can be rechecked with, and Legimi.",
        parameters=[PageNumbers],
        responses={200: PLUGIN_PAGE},
    )
    def get(self, request: Request) -> Response:
        pages, plugins = Pages(), list(_plugins())
        pages.read(request)
        pages.total = len(plugins)
        return pages.get_paginated_response(plugins[pages.start : pages.start + pages.size])


def _plugins() -> Iterator[dict[str, Any]]:
    for name, is_configured in plugins.configured().items():
        yield {"name": name, "configured": is_configured, "healthy": _is_healthy(name)}


def _is_healthy(name: str) -> bool | None:
    state = source_health.health(name).state
    return None if state == "unused" else state == "healthy"

"""Pages of a list, by number (contract, "Everywhere")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from config.errors import InvalidError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.views import APIView

LARGEST_OFFSET = 2**31
"""Beyond any list; PostgreSQL's OFFSET itself ends at 2**63."""


class Pages(PageNumberPagination):
    """`page` from 1, `page_size` up to 100; past the end is an empty list, not an error."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.number = _whole_number(request, "page", default=1)
        size_name = self.page_size_query_param or ""
        size = _whole_number(request, size_name, default=self.page_size, most=self.max_page_size)
        self.total = queryset.count()
        start = (self.number - 1) * size
        return (
            list(queryset[start : start + size]) if start < min(self.total, LARGEST_OFFSET) else []
        )

    def envelope(self, items: Sequence[Any]) -> dict[str, Any]:
        return {"items": items, "total": self.total, "page": self.number}

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.envelope(data))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        whole_number = {"type": "integer", "minimum": 0}
        return {
            "type": "object",
            "required": ["items", "total", "page"],
            "properties": {"items": schema, "total": whole_number, "page": whole_number},
        }


def _whole_number(request: Request, name: str, *, default: int, most: int | None = None) -> int:
    text = request.query_params.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0  # noqa: PLR2004
    if number < 1 or (most and number > most):
        upper = f" to {most}" if most else " up"
        raise InvalidError.of(name, f"Must be a whole number from 1{upper}.")
    return number

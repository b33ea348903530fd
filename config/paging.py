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

LARGEST_PAGE = 10**18 - 1
"""Beyond any list, and small enough to count with."""


class Pages(PageNumberPagination):
    """`page` from 1, `page_size` up to 100; past the end is an empty list, not an error."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    number: int
    size: int
    total: int

    def paginate_queryset(
        self,
        queryset: QuerySet[Any] | Sequence[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        self.read(request)
        self.total = queryset.count()  # type: ignore[call-arg]
        end = self.start + self.size
        return list(queryset[self.start : end]) if self.start < self.total else []

    def read(self, request: Request) -> None:
        """Take `number` and `size` from the query; raises InvalidError naming the parameter.

        A view with a statement of its own calls this, and sets `total` itself.
        """
        self.number = whole_number(request, "page", default=1, most=LARGEST_PAGE)
        size_name = self.page_size_query_param or ""
        self.size = whole_number(
            request, size_name, default=self.page_size, most=self.max_page_size
        )

    @property
    def start(self) -> int:
        """How many rows come before the page, within what PostgreSQL can skip."""
        return min((self.number - 1) * self.size, LARGEST_PAGE)

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

    def get_schema_operation_parameters(self, _view: Any) -> list[dict[str, Any]]:
        return [
            _parameter("page", "From 1.", default=1, most=LARGEST_PAGE),
            _parameter(
                self.page_size_query_param or "",
                "Rows on a page.",
                default=self.page_size,
                most=self.max_page_size,
            ),
        ]


def _parameter(name: str, description: str, *, default: int, most: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def whole_number(request: Request, name: str, *, default: int, most: int) -> int:
    """Read a query parameter from 1 to `most`; raises InvalidError naming it."""
    text = request.query_params.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else 0
    if not 1 <= number <= most:
        raise InvalidError.of(name, f"Must be a whole number from 1 to {most}.")
    return number

"""Pages in the envelope of `/api/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.paging import Pages

if TYPE_CHECKING:
    from collections.abc import Sequence


class BookPages(Pages):
    page_size_query_param = "pageSize"

    def envelope(self, items: Sequence[Any]) -> dict[str, Any]:
        return {"status": "success", "data": super().envelope(items)}

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["status", "data"],
            "properties": {
                "status": {"type": "string", "const": "success"},
                "data": super().get_paginated_response_schema(schema),
            },
        }

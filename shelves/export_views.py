"""`/api/user/export`: a reader takes their library along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from config.api import BaseView, actor_of
from config.errors import InvalidError
from config.logs import current_request_id
from shelves.export import WRITERS, whole_or_cut

if TYPE_CHECKING:
    from rest_framework.request import Request

_ID = "0190b1c2-7d4e-7a10-8f00-2f6b1e5c9a01"
_AUTHOR_ID = "0190b1c2-7d4e-7a10-8f00-2f6b1e5c9a02"
_TIME = "2025-12-02T18:30:00Z"
_EXAMPLE = {
    "format": "bookhub-library",
    "version": 1,
    "exported_at": _TIME,
    "authors": [
        {
            "id": _AUTHOR_ID,
            "openlibrary_id": "OL272947A",
            "name": "Stanisław Lem",
            "created_at": _TIME,
        }
    ],
    "works": [
        {
            "work_id": _ID,
            "openlibrary_id": "OL1095566W",
            "title": "Solaris",
            "authors": [{"id": _AUTHOR_ID, "name": "Stanisław Lem"}],
            "isbn13": "9780156027601",
            "publish_year": 1961,
            "first_publish_year": 1961,
            "language": "en",
            "status": "read",
            "available_in_legimi": True,
            "legimi_checked_at": _TIME,
            "rating": 5,
            "status_updated_at": _TIME,
            "created_at": _TIME,
            "updated_at": _TIME,
        }
    ],
}


class LibraryExport(BaseView):
    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`format` says what comes; who asks for it with `Accept: text/csv` is right, too."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="export_library",
        summary="Give the caller's library as a file",
        description="Every work on the shelves and every followed author. In CSV, `kind` tells "
        "`work` from `author` rows, `authors` and `author_ids` are separated by `;`, and an "
        "apostrophe stands before what a spreadsheet would take for a formula. The answer is "
        "written while it is read; one that breaks off is not whole.",
        parameters=[OpenApiParameter("format", enum=list(WRITERS), default="json")],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/csv"): OpenApiTypes.STR,
        },
        examples=[
            OpenApiExample("A library", _EXAMPLE, media_type="application/json", response_only=True)
        ],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        kind = request.query_params.get("format", "json")
        if kind not in WRITERS:
            raise InvalidError.of("format", f"Must be one of {', '.join(WRITERS)}.")
        write, media_type = WRITERS[kind]
        name = f"bookhub-library-{timezone.now():%Y-%m-%d}.{kind}"
        return StreamingHttpResponse(
            whole_or_cut(write(actor_of(request)), current_request_id()),
            content_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

"""`/api/v1/books/import`: a publisher's file of books, and the rows of it that were refused."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from limits import RateLimitItemPerMinute
from rest_framework import serializers

from accounts.models import Permission
from accounts.permissions import require_publisher
from catalog.views import success
from config.api import BaseView, actor_of
from config.bodies import given
from config.errors import (
    ForbiddenError,
    InvalidError,
    LimitReachedError,
    NotFoundError,
    RateLimitedError,
)
from config.fields import path_id
from config.middleware import BOOKS_FILE_LIMIT
from config.rate_limited import RateLimitedMixin
from config.row_security import acting_as
from config.schema import problems
from enrichment import uploads
from enrichment.book_files import FORMATS
from enrichment.book_files.rows import FileError
from enrichment.book_uploads import KIND, Order, beginnings, refusals, start
from enrichment.models import Job
from enrichment.uploads.views import UploadView

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import StreamingHttpResponse
    from rest_framework.request import Request
    from rest_framework.response import Response

STARTED = "The file is here. Its job tells how far it is, and in the end what became of each row."
ROWS_TRIED = 20
_ID = "0190b1c2-7d4e-7a10-8f00-2f6b1e5c9a01"
_ANSWER = {
    "status": "success",
    "data": {"jobId": _ID},
    "message": STARTED,
    "links": {"job": f"/api/jobs/{_ID}", "refused": f"/api/v1/books/import/{_ID}/refused"},
}


class BookFileSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="Plain or gzip, up to 50 MB.")
    format = serializers.ChoiceField(
        choices=list(FORMATS),
        required=False,
        help_text="Left out, the file's name tells, else how it begins.",
    )
    finalize = serializers.BooleanField(
        default=False, help_text="Make the books ACTIVE; needs `books:finalize`."
    )


_STARTED_ANSWER = inline_serializer(
    "BookImportAnswer",
    {
        "status": serializers.ChoiceField(choices=["success"]),
        "data": inline_serializer("BookImportJob", {"jobId": serializers.UUIDField()}),
        "message": serializers.CharField(),
        "links": inline_serializer(
            "BookImportLinks",
            {"job": serializers.CharField(), "refused": serializers.CharField()},
        ),
    },
)


class BookImportView(RateLimitedMixin, UploadView):
    rate_limits = (RateLimitItemPerMinute(10),)

    def rate_key(self, request: Request) -> str | None:
        """Limit files by publisher; those of a caller without one by user."""
        actor = actor_of(request)
        caller = actor.publisher_id or actor.user_id
        return f"import-books {caller}" if request.method == "POST" and caller else None

    @problems(ForbiddenError, LimitReachedError, RateLimitedError)
    @extend_schema(
        operation_id="import_books",
        summary="Submit a file of books",
        description="By the rules of a single book's submission, row by row: those that are good "
        "are in, and the others are told with their reasons in the job's result (`GET "
        "/api/jobs/{id}`). A book that is there already stays as it is, so a file may be sent "
        "again. Rows that update or withdraw books need `books:update` and `books:delete`. At most "
        "10 files in a minute for each publisher.",
        request=BookFileSerializer,
        responses={
            202: OpenApiResponse(_STARTED_ANSWER, examples=[OpenApiExample("Started", _ANSWER)])
        },
    )
    def post(self, request: Request) -> Response:
        publisher_id = require_publisher(request, Permission.CREATE)
        sent = given(BookFileSerializer, request)
        if sent["finalize"]:
            require_publisher(request, Permission.FINALIZE)
        uploads.refuse_over(BOOKS_FILE_LIMIT, sent["file"].size)
        format_name = _format(sent["file"], sent["file"].name, sent.get("format"))
        with acting_as(actor_of(request)):
            job_id = _started(request, publisher_id, format_name, sent)
        links = {
            "job": reverse("job", args=[job_id]),
            "refused": reverse("refused-books", args=[job_id]),
        }
        return success({"jobId": str(job_id)}, STARTED, links=links, status=202)


def _format(file: IO[bytes], name: str, said: str | None) -> str:
    """Say what a file is; raises InvalidError, naming it, where its beginning is no good."""
    size = beginnings.AT_THE_DOOR
    try:
        begins = beginnings.read(file, size=size, name=name, format_name=said, most=ROWS_TRIED)
    except FileError as exc:
        raise InvalidError.of("file", str(exc)) from exc
    file.seek(0)
    return begins.format


def _started(request: Request, publisher_id: UUID, format_name: str, sent: dict[str, Any]) -> UUID:
    """Keep the file and start its job, in the transaction under way."""
    file, user_id = sent["file"], actor_of(request).user_id
    upload = uploads.keep(file, name=file.name, user_id=user_id, limit=BOOKS_FILE_LIMIT)
    may = tuple(getattr(request.user, "publisher_permissions", ()))
    order = Order(upload, publisher_id, format_name, sent["finalize"], may)
    return start(order, user_id=user_id)


class RefusedBooks(BaseView):
    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Give the file in its own format, whatever the caller would rather have."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="get_refused_books",
        summary="Get the rows of a file that were refused",
        description="To whoever sent the file, for 30 days: each row with its line and the "
        "reasons, as CSV for CSV and as JSON Lines for all else. Mend the rows and send that file.",
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/x-ndjson"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, job_id: str) -> StreamingHttpResponse:
        own = Job.objects.filter(user=actor_of(request).user_id, kind=KIND)
        job = own.filter(pk=path_id(job_id)).first()
        if job is None:
            raise NotFoundError
        return refusals.download(job)

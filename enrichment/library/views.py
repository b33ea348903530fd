"""`/api/user/import`: a reader brings their library along (contract, "Readers")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from config.api import actor_of
from config.bodies import given
from config.errors import ConflictError
from config.middleware import LIBRARY_FILE_LIMIT
from config.row_security import acting_as
from config.schema import problems
from enrichment import uploads
from enrichment.legimi.views import JobStartedSerializer
from enrichment.library import importing
from enrichment.uploads.views import UploadView

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request


class LibraryFileSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(
        help_text="An export of Goodreads, StoryGraph, LibraryThing, Open Library, BookWyrm,"
        " Calibre or BookHub itself (CSV), told apart by its columns; at most 20 MB."
    )


class LibraryImport(UploadView):
    @extend_schema(
        operation_id="import_library",
        summary="Bring a library along from another service",
        description="The job puts the books on the caller's shelf: those that the catalog has,"
        " found by their ids, by ISBN or by title and author; the others as works of the caller's"
        " own. What is on the shelf already stays as it is. Its result has `kind`, `encoding`,"
        " `left_out` (columns that are not kept), `counts` and `rows`: of each row its `outcome`"
        " (`matched`, `already`, `manual` or `refused`), `how` it was found, `work_id` and `notes`."
        " `lookup_job_id` is the job that asks Open Library for the others, where there are any.",
        request={"multipart/form-data": LibraryFileSerializer},
        responses={202: JobStartedSerializer},
    )
    @problems(ConflictError)
    def post(self, request: Request) -> Response:
        file = given(LibraryFileSerializer, request)["file"]
        uploads.refuse_over(LIBRARY_FILE_LIMIT, file.size)
        importing.recognise(file, file.name)
        file.seek(0)
        actor = actor_of(request)
        with acting_as(actor):
            job_id = importing.start(file, file.name, cast("UUID", actor.user_id))
        return Response({"job_id": job_id}, status.HTTP_202_ACCEPTED)

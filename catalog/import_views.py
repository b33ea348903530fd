"""`/api/openlibrary/import/...`: shared rows, asked of their source when needed (plan, section 2).

A row that is fresh costs no request upstream; nor does any row while no source is registered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from catalog import manual, openlibrary_ids, reads, sources
from catalog.manual_serializers import (
    AuthorImportSerializer,
    EditionImportSerializer,
    WorkImportSerializer,
)
from catalog.models import Author, Edition, Work
from catalog.reader_serializers import EDITION_ANSWER, WORK_ANSWER, AuthorSerializer
from catalog.sources import Imported
from config import bodies
from config.api import BaseView, actor_of
from config.errors import (
    NotFoundError,
    UnprocessableRecordError,
    UpstreamError,
    UpstreamNotConfiguredError,
    UpstreamRateLimitedError,
)
from config.row_security import acting_as
from config.schema import problems

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

    from catalog.models.works import CatalogRow
    from catalog.sources import Source
    from config.row_security import Actor

IMPORTED_AUTHOR = inline_serializer(
    "ImportedAuthor",
    {
        "author": AuthorSerializer(),
        "job_id": serializers.UUIDField(
            required=False, help_text="The job that brings the works; none where they are there."
        ),
    },
)


@problems(
    NotFoundError,
    UnprocessableRecordError,
    UpstreamError,
    UpstreamRateLimitedError,
    UpstreamNotConfiguredError,
)
class ImportView(BaseView):
    """Asks the source between two transactions: none may wait for the network."""

    opens_transaction = False
    model: type[CatalogRow]
    serializer: type[serializers.Serializer[Any]]
    answers_as: str
    """What the row is called in the answer."""
    hangs_on: tuple[type[CatalogRow], str] | None = None
    """What the row will hang on, and the field that names it."""

    def ask(self, source: Source, given: dict[str, Any], actor: Actor) -> Imported:
        raise NotImplementedError

    def is_fresh(self, row: Any) -> bool:
        return openlibrary_ids.is_fresh(row)

    def hangs(self, row: CatalogRow, given: dict[str, Any]) -> bool:
        """Say whether a row that is there hangs on what the body names already."""
        return True

    def show(self, row_id: UUID, actor: Actor) -> dict[str, Any]:
        raise NotImplementedError

    def post(self, request: Request) -> Response:
        given, actor = bodies.given(self.serializer, request), actor_of(request)
        with acting_as(actor):
            self._require(given, actor)
            found = self._found(given)
        if found is None:
            found = self._asked(given, actor)
        with acting_as(actor):
            return Response({self.answers_as: self.show(found.id, actor), **found.more})

    def _require(self, given: dict[str, Any], actor: Actor) -> None:
        """Raise NotFoundError, naming the field, unless the caller sees what it names."""
        if self.hangs_on:
            model, field = self.hangs_on
            row = manual.visible(model, actor, given[field])
            if row is None:
                raise manual.missing(field)
            given[field] = row.pk

    def _found(self, given: dict[str, Any]) -> Imported | None:
        """Give the row that is there, in its place, and fresh unless nobody can be asked."""
        known = openlibrary_ids.known(self.model, given["openlibrary_id"])
        if known is None or not self.hangs(known, given):
            return None
        return Imported(known.pk) if self.is_fresh(known) or sources.current() is None else None

    def _asked(self, given: dict[str, Any], actor: Actor) -> Imported:
        source = sources.current()
        if source is None:
            raise UpstreamNotConfiguredError("No source is set up here that this could come from.")
        return self.ask(source, given, actor)


@extend_schema_view(
    post=extend_schema(
        operation_id="import_author",
        summary="Bring an author from Open Library",
        description="Answers with the author at once; the works follow in a job. An old id that"
        " Open Library has merged into another one gives that one's author.",
        request=AuthorImportSerializer,
        responses={200: IMPORTED_AUTHOR},
    )
)
class AuthorImport(ImportView):
    model, serializer, answers_as = Author, AuthorImportSerializer, "author"
    show = staticmethod(reads.author)

    def ask(self, source: Source, given: dict[str, Any], actor: Actor) -> Imported:
        return source.import_author(given["openlibrary_id"], actor.user_id)

    def is_fresh(self, row: Any) -> bool:
        return super().is_fresh(row) and not row.works_due


@extend_schema_view(
    post=extend_schema(
        operation_id="import_work",
        summary="Bring a work of an author from Open Library",
        request=WorkImportSerializer,
        responses={200: WORK_ANSWER},
    )
)
class WorkImport(ImportView):
    model, serializer, answers_as = Work, WorkImportSerializer, "work"
    hangs_on = (Author, "author_id")
    show = staticmethod(reads.work)

    def ask(self, source: Source, given: dict[str, Any], actor: Actor) -> Imported:
        return source.import_work(given["openlibrary_id"], given["author_id"])

    def hangs(self, row: Any, given: dict[str, Any]) -> bool:
        linked: bool = row.author_works.filter(author=given["author_id"]).exists()
        return linked


@extend_schema_view(
    post=extend_schema(
        operation_id="import_edition",
        summary="Bring an edition of a work from Open Library",
        request=EditionImportSerializer,
        responses={200: EDITION_ANSWER},
    )
)
class EditionImport(ImportView):
    model, serializer, answers_as = Edition, EditionImportSerializer, "edition"
    hangs_on = (Work, "work_id")
    show = staticmethod(reads.edition)

    def ask(self, source: Source, given: dict[str, Any], actor: Actor) -> Imported:
        return source.import_edition(given["openlibrary_id"], given["work_id"])

    def hangs(self, row: Any, given: dict[str, Any]) -> bool:
        of_it: bool = row.work_id == given["work_id"]
        return of_it

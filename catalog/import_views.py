"""`/api/openlibrary/import/...`: shared rows, asked of their source when needed (plan, section 2).

A row that is fresh costs no request upstream; nor does any row while no source is registered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from catalog import manual, reads, sources
from catalog.manual_serializers import (
    AuthorImportSerializer,
    EditionImportSerializer,
    WorkImportSerializer,
    read,
)
from catalog.models import Author, Edition, Work
from catalog.reader_serializers import AUTHOR_ANSWER, EDITION_ANSWER, WORK_ANSWER
from catalog.sources import Imported
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
    from collections.abc import Callable
    from uuid import UUID

    from rest_framework.request import Request

    from catalog.models.works import CatalogRow
    from catalog.sources import Source
    from config.row_security import Actor

    Ask = Callable[[Source], Imported]
    Show = Callable[[UUID, Actor], dict[str, Any]]


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

    def imported(
        self, request: Request, model: type[CatalogRow], openlibrary_id: str, ask: Ask
    ) -> Imported:
        """Give the row, asking the source unless a fresh one is there or nobody can be asked."""
        with acting_as(actor_of(request)):
            known = _known(model, openlibrary_id)
        source = sources.current()
        if known and (source is None or _is_fresh(known)):
            return Imported(known.pk)
        if source is None:
            raise UpstreamNotConfiguredError
        return ask(source)

    def shown(self, request: Request, name: str, imported: Imported, show: Show) -> Response:
        actor = actor_of(request)
        with acting_as(actor):
            return Response({name: show(imported.id, actor), **imported.more})


class AuthorImport(ImportView):
    @extend_schema(
        operation_id="import_author",
        summary="Bring an author from Open Library",
        request=AuthorImportSerializer,
        responses={200: AUTHOR_ANSWER},
    )
    def post(self, request: Request) -> Response:
        key = read(AuthorImportSerializer, request)["openlibrary_id"]
        found = self.imported(request, Author, key, lambda source: source.import_author(key))
        return self.shown(request, "author", found, reads.author)


class WorkImport(ImportView):
    @extend_schema(
        operation_id="import_work",
        summary="Bring a work of an author from Open Library",
        request=WorkImportSerializer,
        responses={200: WORK_ANSWER},
    )
    def post(self, request: Request) -> Response:
        given = read(WorkImportSerializer, request)
        _require(request, Author, "author_id", given)
        key = given["openlibrary_id"]
        found = self.imported(
            request, Work, key, lambda source: source.import_work(key, given["author_id"])
        )
        return self.shown(request, "work", found, reads.work)


class EditionImport(ImportView):
    @extend_schema(
        operation_id="import_edition",
        summary="Bring an edition of a work from Open Library",
        request=EditionImportSerializer,
        responses={200: EDITION_ANSWER},
    )
    def post(self, request: Request) -> Response:
        given = read(EditionImportSerializer, request)
        _require(request, Work, "work_id", given)
        key = given["openlibrary_id"]
        found = self.imported(
            request, Edition, key, lambda source: source.import_edition(key, given["work_id"])
        )
        return self.shown(request, "edition", found, reads.edition)


def _known(model: type[CatalogRow], openlibrary_id: str) -> CatalogRow | None:
    return model.objects.shared().filter(openlibrary_id=openlibrary_id).first()


def _is_fresh(row: CatalogRow) -> bool:
    return row.ol_expires_at is not None and row.ol_expires_at > timezone.now()


def _require(request: Request, model: type[CatalogRow], field: str, given: dict[str, Any]) -> None:
    """Raise NotFoundError, naming the field, unless the caller sees the row that it names."""
    actor = actor_of(request)
    with acting_as(actor):
        if not model.objects.visible_to(actor).filter(pk=given[field]).exists():
            raise manual.missing(field)

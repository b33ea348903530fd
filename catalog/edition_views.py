"""`/api/editions`, and the editions of a work (plan, section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from catalog import manual, reads
from catalog.manual_serializers import EditionFields, NewEditionSerializer, read_new
from catalog.reader_serializers import EDITION_ANSWER, EDITION_LIST
from config import bodies
from config.api import BaseView, actor_of
from config.conditional import ConditionalGetMixin
from config.errors import DuplicateIsbnError, NotFoundError
from config.fields import path_id
from config.schema import problems

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request


class WorkEditions(ConditionalGetMixin, BaseView):
    @extend_schema(
        operation_id="list_work_editions",
        summary="List a work's editions",
        description="The newest first, those without a year last; shared ones and your own.",
        responses={200: EDITION_LIST},
    )
    def get(self, request: Request, work_id: str) -> Response:
        return Response({"items": reads.editions(path_id(work_id), actor_of(request))})


class EditionList(BaseView):
    @problems(DuplicateIsbnError, NotFoundError)
    @extend_schema(
        operation_id="create_edition",
        summary="Add an edition of your own to a work",
        description="The first edition of a work of your own becomes its primary one.",
        request=NewEditionSerializer,
        responses={201: EDITION_ANSWER},
    )
    def post(self, request: Request) -> Response:
        edition_id = manual.create_edition(
            actor_of(request), read_new(NewEditionSerializer, request)
        )
        return _answer(request, edition_id, status.HTTP_201_CREATED)


class EditionDetail(BaseView):
    @problems(DuplicateIsbnError)
    @extend_schema(
        operation_id="change_edition",
        summary="Change an edition of your own",
        request=EditionFields,
        responses={200: EDITION_ANSWER},
    )
    def patch(self, request: Request, edition_id: str) -> Response:
        given = bodies.given(EditionFields, request, partial=True)
        manual.change_edition(actor_of(request), path_id(edition_id), given)
        return _answer(request, path_id(edition_id))

    @extend_schema(
        operation_id="delete_edition",
        summary="Delete an edition of your own",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, edition_id: str) -> Response:
        manual.delete_edition(actor_of(request), path_id(edition_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(request: Request, edition_id: UUID, code: int = status.HTTP_200_OK) -> Response:
    return Response({"edition": reads.edition(edition_id, actor_of(request))}, status=code)

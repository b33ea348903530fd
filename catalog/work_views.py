"""`/api/works`: works, and which edition stands for one (plan, section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from catalog import manual, reads
from catalog.manual_serializers import (
    ChosenEditionSerializer,
    NewWorkSerializer,
    WorkFields,
    read_new,
)
from catalog.reader_serializers import WORK_ANSWER
from config import bodies
from config.api import BaseView, actor_of
from config.conditional import ConditionalGetMixin
from config.errors import LimitReachedError, NotFoundError
from config.fields import path_id
from config.schema import problems

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request


class WorkList(BaseView):
    @problems(LimitReachedError, NotFoundError)
    @extend_schema(
        operation_id="create_work",
        summary="Add a work of your own",
        description="By authors whom you see, in this order. It is not put on your shelf by this."
        " A reader owns at most 5,000.",
        request=NewWorkSerializer,
        responses={201: WORK_ANSWER},
    )
    def post(self, request: Request) -> Response:
        work_id = manual.create_work(actor_of(request), read_new(NewWorkSerializer, request))
        return _answer(request, work_id, status.HTTP_201_CREATED)


class WorkDetail(ConditionalGetMixin, BaseView):
    @extend_schema(
        operation_id="get_work",
        summary="Read a work",
        description="`primary_edition` is your own choice, if you made one.",
        responses={200: WORK_ANSWER},
    )
    def get(self, request: Request, work_id: str) -> Response:
        return _answer(request, path_id(work_id))

    @extend_schema(
        operation_id="change_work",
        summary="Change a work of your own",
        description="`author_ids` replace the authors.",
        request=WorkFields,
        responses={200: WORK_ANSWER},
    )
    def patch(self, request: Request, work_id: str) -> Response:
        given = bodies.given(WorkFields, request, partial=True)
        manual.change_work(actor_of(request), path_id(work_id), given)
        return _answer(request, path_id(work_id))

    @extend_schema(
        operation_id="delete_work",
        summary="Delete a work of your own",
        description="With its editions, and its place on your shelf.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, work_id: str) -> Response:
        manual.delete_work(actor_of(request), path_id(work_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PrimaryEdition(BaseView):
    @extend_schema(
        operation_id="set_primary_edition",
        summary="Choose the edition that stands for a work",
        description="On a shared work it is your own choice, and others keep theirs.",
        request=ChosenEditionSerializer,
        responses={200: WORK_ANSWER},
    )
    def post(self, request: Request, work_id: str) -> Response:
        chosen = bodies.given(ChosenEditionSerializer, request)
        manual.choose_edition(actor_of(request), path_id(work_id), chosen["edition_id"])
        return _answer(request, path_id(work_id))


def _answer(request: Request, work_id: UUID, code: int = status.HTTP_200_OK) -> Response:
    return Response({"work": reads.work(work_id, actor_of(request))}, status=code)

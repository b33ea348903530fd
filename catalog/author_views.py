"""`/api/authors`: authors, and the works of one (plan, section 2; contract, "Readers")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from catalog import manual, reads, sources
from catalog.manual_serializers import AuthorFields, NewAuthorSerializer, read_new
from catalog.reader_serializers import AUTHOR_ANSWER, WORK_PAGE
from config import bodies
from config.api import BaseView, actor_of
from config.conditional import ConditionalGetMixin
from config.errors import ForbiddenError, LimitReachedError
from config.fields import path_id
from config.paging import LARGEST_PAGE, Pages
from config.schema import problems

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request


class AuthorList(BaseView):
    @problems(LimitReachedError)
    @extend_schema(
        operation_id="create_author",
        summary="Add an author of your own",
        description="Nobody else sees it. It is not attached to your list by this. A reader owns"
        " at most 500.",
        request=NewAuthorSerializer,
        responses={201: AUTHOR_ANSWER},
    )
    def post(self, request: Request) -> Response:
        author_id = manual.create_author(actor_of(request), read_new(NewAuthorSerializer, request))
        return _answer(request, author_id, status.HTTP_201_CREATED)


class AuthorDetail(ConditionalGetMixin, BaseView):
    @extend_schema(
        operation_id="get_author", summary="Read an author", responses={200: AUTHOR_ANSWER}
    )
    def get(self, request: Request, author_id: str) -> Response:
        return _answer(request, path_id(author_id))

    @extend_schema(
        operation_id="change_author",
        summary="Change an author of your own",
        request=AuthorFields,
        responses={200: AUTHOR_ANSWER},
    )
    def patch(self, request: Request, author_id: str) -> Response:
        given = bodies.given(AuthorFields, request, partial=True)
        manual.change_author(actor_of(request), path_id(author_id), given)
        return _answer(request, path_id(author_id))

    @extend_schema(
        operation_id="delete_author",
        summary="Delete an author of your own",
        description="Your own works that nobody else wrote go along, with their editions. Works"
        " that somebody else wrote, too, stay, also on your shelf.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, author_id: str) -> Response:
        manual.delete_author(actor_of(request), path_id(author_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class WorkOrder(serializers.Serializer[Any]):
    sort = serializers.ChoiceField(
        [*reads.AUTHOR_WORKS],
        default="published_desc",
        help_text="The newest first, works without a year last; or by title.",
    )
    forceRefresh = serializers.ChoiceField(  # noqa: N815  (the contract's name)
        ["true", "false"], default="false", help_text="`true` is for staff."
    )


class PagedWorkOrder(WorkOrder):
    """Describes the parameters; `Pages` reads its two itself."""

    page = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=Pages.max_page_size, default=20)


class AuthorWorks(ConditionalGetMixin, BaseView):
    @problems(ForbiddenError)
    @extend_schema(
        operation_id="list_author_works",
        summary="List an author's works",
        description="`publish_year` is as you see it: your own choice of an edition counts.",
        parameters=[PagedWorkOrder],
        responses={200: WORK_PAGE},
    )
    def get(self, request: Request, author_id: str) -> Response:
        asked = bodies.asked(WorkOrder, request)
        pages = Pages()
        pages.read(request)
        works, pages.total = reads.author_works(
            path_id(author_id),
            actor_of(request),
            asked["sort"],
            start=pages.start,
            size=pages.size,
        )
        if asked["forceRefresh"] == "true":
            _refresh(request, path_id(author_id))
        return pages.get_paginated_response(works)


def _refresh(request: Request, author_id: UUID) -> None:
    """Have a visible author's works renewed, for staff, where there is a source to ask."""
    if not actor_of(request).is_staff:
        raise ForbiddenError("Only staff may have the works fetched anew.")
    source = sources.current()
    if source:
        source.refresh(author_id, actor_of(request).user_id)


def _answer(request: Request, author_id: UUID, code: int = status.HTTP_200_OK) -> Response:
    return Response({"author": reads.author(author_id, actor_of(request))}, status=code)

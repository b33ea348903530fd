"""`/api/user/authors`: whom a reader follows (plan, "User Authors")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from config.bodies import given
from config.errors import (
    AlreadyAttachedError,
    LimitReachedError,
    NotFoundError,
    RateLimitedError,
)
from config.fields import path_id
from config.paging import Pages
from config.schema import problems
from shelves import filters, following, services
from shelves.base_views import ReaderViewSet
from shelves.models import UserAuthor
from shelves.serializers import AuthorToFollowSerializer, FollowedAuthorSerializer

if TYPE_CHECKING:
    from rest_framework.request import Request


class FollowedAuthorViewSet(ReaderViewSet):
    queryset = UserAuthor.objects.all()
    serializer_class = FollowedAuthorSerializer
    filterset_class = filters.FollowingFilter

    @extend_schema(
        operation_id="list_followed_authors",
        summary="List the authors you follow",
        description="By name, or the latest first with `sort=created_desc`.",
    )
    def list(self, request: Request) -> Response:
        pages = Pages()
        pages.read(request)
        wanted = filters.read(filters.FollowingFilter, request)
        return Response(following.page(self.reader.pk, pages, wanted))

    @extend_schema(
        operation_id="follow_author",
        summary="Follow an author",
        description="At most 500 authors, and 10 additions in a minute; what is refused does not"
        " count.",
        request=AuthorToFollowSerializer,
        responses={201: FollowedAuthorSerializer},
    )
    @problems(NotFoundError, AlreadyAttachedError, LimitReachedError, RateLimitedError)
    def create(self, request: Request) -> Response:
        author_id = given(AuthorToFollowSerializer, request)["author_id"]
        item = services.follow(self.reader, author_id)
        return Response(item, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="unfollow_author",
        summary="Unfollow an author",
        description="Takes the author's works off your shelf, except those by another author"
        " whom you still follow.",
        responses={204: None},
    )
    def destroy(self, request: Request, author_id: str) -> Response:
        services.unfollow(self.reader, path_id(author_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

"""`/books`: every ACTIVE book, and what members bring (contract, "Members")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.response import Response

from catalog import lifecycle
from catalog.models import Book
from config.api import BaseView, BaseViewSet, actor_of
from config.bodies import given
from config.errors import (
    DuplicateBookError,
    DuplicateIsbnError,
    ForbiddenError,
    InvalidStatusError,
)
from config.fields import path_id
from config.paging import Pages
from config.schema import problems
from shelves import book_history, member_books
from shelves.book_filters import MemberBookFilter
from shelves.book_serializers import (
    BOOK_EVENT_PAGE,
    BookToAddSerializer,
    MemberBookSerializer,
    PageNumbers,
)

if TYPE_CHECKING:
    from rest_framework.request import Request

_SOLARIS = OpenApiExample(
    "A book",
    {
        "title": "Solaris",
        "authors": ["Stanisław Lem"],
        "isbn": "978-0-15-602760-1",
        "description": "A planet that thinks, and those who came to look at it.",
        "language": "en",
        "publishedDate": "2002-11-20",
        "coverImages": ["https://covers.openlibrary.org/b/id/10552937-L.jpg"],
        "genres": ["Science fiction"],
    },
    request_only=True,
)


class MemberBookViewSet(BaseViewSet):
    queryset = member_books.with_details(Book.objects.all())
    serializer_class = MemberBookSerializer
    filterset_class = MemberBookFilter

    @extend_schema(
        operation_id="list_member_books",
        summary="List all books",
        description="Every ACTIVE book, a publisher's too, and your own of any status; moderators"
        " see all. The latest come first.",
    )
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(member_books.shown(page, actor_of(request)))

    @problems(DuplicateBookError, DuplicateIsbnError)
    @extend_schema(
        operation_id="add_book",
        summary="Add a book",
        description="It is PENDING, and yours alone to see, until a moderator finalizes it. A book"
        " with the same title and authors, whatever their order, case and white space, is refused;"
        " `details` has its `id` when you may see it.",
        request=BookToAddSerializer,
        responses={201: MemberBookSerializer},
        examples=[_SOLARIS],
    )
    def create(self, request: Request) -> Response:
        actor = actor_of(request)
        book_id = member_books.submit(actor, given(BookToAddSerializer, request))
        return Response(
            member_books.one(book_id, actor),
            status.HTTP_201_CREATED,
            headers={"Location": reverse("member-book", args=[book_id])},
        )

    @extend_schema(
        operation_id="read_book",
        summary="Read any book",
        description="A book that is not ACTIVE is there for whoever brought it and for moderators"
        " alone.",
    )
    def retrieve(self, request: Request, book_id: str) -> Response:
        return Response(member_books.one(path_id(book_id), actor_of(request)))

    @problems(ForbiddenError, InvalidStatusError, DuplicateBookError, DuplicateIsbnError)
    @extend_schema(
        operation_id="rewrite_book",
        summary="Replace a PENDING book of your own",
        description="All of it is written anew. What changes by it is locked: no recheck changes"
        " it any more.",
        request=BookToAddSerializer,
        examples=[_SOLARIS],
    )
    def update(self, request: Request, book_id: str) -> Response:
        actor = actor_of(request)
        book = member_books.own_pending(path_id(book_id), actor)
        member_books.replace(book, actor, given(BookToAddSerializer, request))
        return Response(member_books.one(book.pk, actor))

    @problems(ForbiddenError, InvalidStatusError)
    @extend_schema(
        operation_id="delete_book",
        summary="Delete a PENDING book of your own",
        description="Its comments and ratings go with it.",
        responses={204: None},
    )
    def destroy(self, request: Request, book_id: str) -> Response:
        lifecycle.discard(member_books.own_pending(path_id(book_id), actor_of(request)))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BookHistory(BaseView):
    @problems(ForbiddenError)
    @extend_schema(
        operation_id="get_book_history",
        summary="Read what happened to a book",
        description="Its audit trail, the latest first, for its creator and for moderators.",
        parameters=[PageNumbers],
        responses={200: BOOK_EVENT_PAGE},
    )
    def get(self, request: Request, book_id: str) -> Response:
        actor = actor_of(request)
        book = member_books.visible(path_id(book_id), actor)
        pages = Pages()
        entries = pages.paginate_queryset(book_history.entries(book, actor), request)
        events = [book_history.event(entry, book, actor) for entry in entries]
        return pages.get_paginated_response(events)

"""`/api/v1/books`: what publishers submit (specification and contract, "Publishers")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from rest_framework import status
from rest_framework.response import Response

from accounts.models import Permission
from accounts.permissions import require_publisher
from catalog import idempotency, lifecycle
from catalog.filters import BookFilter
from catalog.models import Book
from catalog.openapi import CREATED, describe_books, describe_finalize
from catalog.paging import BookPages
from catalog.serializers import BookSerializer, CreatedBookSerializer, WholeBookSerializer
from config.api import BaseViewSet, actor_of
from config.errors import (
    ConflictError,
    DuplicateIsbnError,
    ForbiddenError,
    InvalidStatusError,
    RateLimitedError,
)
from config.rate_limited import RateLimitedMixin
from config.schema import problems

if TYPE_CHECKING:
    from rest_framework.request import Request


@describe_books
class PublisherBookViewSet(RateLimitedMixin, BaseViewSet):
    queryset = Book.objects.prefetch_related("book_genres__genre")
    serializer_class = WholeBookSerializer
    filterset_class = BookFilter
    pagination_class = BookPages
    rate_limits = (RateLimitItemPerSecond(20), RateLimitItemPerMinute(100))

    def rate_key(self, request: Request) -> str | None:
        """Limit creates, by publisher, over all processes; a caller without one by user."""
        if request.method != "POST":
            return None
        actor = actor_of(request)
        return f"create-book {actor.publisher_id or actor.user_id}" if actor.user_id else None

    @problems(ForbiddenError)
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([WholeBookSerializer(book).data for book in page])

    @problems(ForbiddenError, DuplicateIsbnError, ConflictError, RateLimitedError)
    def create(self, request: Request) -> Response:
        publisher_id = require_publisher(request, Permission.CREATE)
        key = request.headers.get(idempotency.HEADER)
        if key is None:
            return self._created(self._submit(request))
        answer, replayed = idempotency.answer_once(
            publisher_id, key, request.data, lambda: self._submit(request)
        )
        return self._created(answer, replayed=replayed)

    def retrieve(self, request: Request, pk: str) -> Response:
        return success(WholeBookSerializer(self.get_object()).data)

    @problems(ForbiddenError, InvalidStatusError, DuplicateIsbnError)
    def update(self, request: Request, pk: str) -> Response:
        book = self._own_book(Permission.UPDATE)
        lifecycle.require_pending(book)
        lifecycle.replace(book, **self._valid(request))
        return success(WholeBookSerializer(self.get_object()).data, "Book updated.")

    @problems(ForbiddenError, InvalidStatusError)
    @describe_finalize
    def finalize(self, request: Request, pk: str) -> Response:
        lifecycle.finalize(self._own_book(Permission.FINALIZE))
        return success(WholeBookSerializer(self.get_object()).data, FINALIZED)

    @problems(ForbiddenError, InvalidStatusError)
    def destroy(self, request: Request, pk: str) -> Response:
        lifecycle.deactivate(self._own_book(Permission.DELETE))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _own_book(self, permission: Permission) -> Book:
        """Get the book of the path: 404 when it is hidden, 403 when it is not the caller's."""
        book: Book = self.get_object()
        if book.publisher_id != require_publisher(self.request, permission):
            raise ForbiddenError("This book belongs to another publisher.")
        return book

    def _valid(self, request: Request) -> dict[str, Any]:
        serializer = BookSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _submit(self, request: Request) -> dict[str, Any]:
        actor = actor_of(request)
        book = lifecycle.submit(
            publisher_id=actor.publisher_id, created_by_id=actor.user_id, **self._valid(request)
        )
        return dict(CreatedBookSerializer(book).data)

    def _created(self, data: dict[str, Any], *, replayed: bool = False) -> Response:
        links = {
            "self": reverse("publisher-book", args=[data["bookId"]]),
            "finalize": reverse("publisher-book-finalize", args=[data["bookId"]]),
        }
        response = success(data, CREATED, links=links, status=status.HTTP_201_CREATED)
        response["Location"] = links["self"]
        if replayed:
            response["Idempotent-Replayed"] = "true"
        return response


FINALIZED = "Book finalized. It is now available to users."


def success(
    data: Any, message: str | None = None, *, links: Any = None, status: int = 200
) -> Response:
    """Answer in the envelope of `/api/v1` (specification, "Success Response")."""
    body = {"status": "success", "data": data}
    if message:
        body["message"] = message
    return Response(body | ({"links": links} if links else {}), status=status)

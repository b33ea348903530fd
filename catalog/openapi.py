"""How the publishers' API describes itself: its envelope, headers and examples."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

from catalog.idempotency import HEADER
from catalog.serializers import BookSerializer, CreatedBookSerializer, WholeBookSerializer

CREATED = (
    "Book created successfully. Use PATCH /api/v1/books/{bookId}/finalize to make it available"
    " to users."
)
"""To the letter of the specification, its braces included."""

_BOOK = {
    "title": "The Art of API Design",
    "author": "Jane Developer",
    "description": "A comprehensive guide to designing robust APIs",
    "language": "en",
    "publishedDate": "2025-01-15",
    "isbn": "978-3-16-148410-0",
    "price": 29.99,
    "coverImages": ["https://cdn.bookhub.com/covers/api-design.jpg"],
    "genres": ["Technology", "Programming"],
    "bookFormat": "Paperback",
}
_ID = "0190b1c2-7d4e-7a10-8f00-2f6b1e5c9a01"
_WHOLE = _BOOK | {
    "bookId": _ID,
    "isbn": "9783161484100",
    "currency": "USD",
    "status": "ACTIVE",
    "sentBack": None,
    "publisherId": "0190b1c2-7d4e-7a10-8f00-2f6b1e5c9a02",
    "createdDate": "2025-12-02T18:30:00Z",
    "updatedDate": "2025-12-02T18:31:00Z",
    "finalizedDate": "2025-12-02T18:31:00Z",
}
_CREATED = {
    "status": "success",
    "data": {
        "bookId": _ID,
        "title": _BOOK["title"],
        "author": _BOOK["author"],
        "status": "PENDING",
        "createdDate": "2025-12-02T18:30:00Z",
    },
    "message": CREATED,
    "links": {"self": f"/api/v1/books/{_ID}", "finalize": f"/api/v1/books/{_ID}/finalize"},
}


def _envelope(name: str, data: serializers.Serializer[Any], **more: Any) -> Any:
    success = serializers.ChoiceField(choices=["success"])
    return inline_serializer(name, {"status": success, "data": data, **more})


_LINKS = inline_serializer(
    "BookLinks", {"self": serializers.CharField(), "finalize": serializers.CharField()}
)
_BOOK_ANSWER = OpenApiResponse(
    _envelope("BookAnswer", WholeBookSerializer(), message=serializers.CharField(required=False)),
    examples=[OpenApiExample("A book", {"status": "success", "data": _WHOLE})],
)
_CREATED_ANSWER = OpenApiResponse(
    _envelope(
        "CreatedBookAnswer",
        CreatedBookSerializer(),
        message=serializers.CharField(),
        links=_LINKS,
    ),
    examples=[OpenApiExample("Created", _CREATED)],
)
_SUBMITTED = OpenApiExample("A book", _BOOK, request_only=True)

describe_books = extend_schema_view(
    list=extend_schema(
        operation_id="list_books",
        summary="List books",
        description="ACTIVE books; with `mine=true` the publisher's own of any status. A `status`"
        " lists the books of that status that the caller may see.",
    ),
    create=extend_schema(
        operation_id="create_book",
        summary="Submit a book",
        description="The book is PENDING until it is finalized. At most 20 calls in one second"
        " and 100 in a minute for each publisher.",
        request=BookSerializer,
        parameters=[
            OpenApiParameter(
                HEADER,
                str,
                OpenApiParameter.HEADER,
                description="Makes a retried create return the first answer, for 24 hours.",
            )
        ],
        responses={201: _CREATED_ANSWER},
        examples=[_SUBMITTED],
    ),
    retrieve=extend_schema(
        operation_id="get_book",
        summary="Read a book",
        description="A PENDING or INACTIVE book is there for its publisher and moderators alone.",
        responses={200: _BOOK_ANSWER},
    ),
    update=extend_schema(
        operation_id="replace_book",
        summary="Replace a PENDING book",
        request=BookSerializer,
        responses={200: _BOOK_ANSWER},
        examples=[_SUBMITTED],
    ),
    destroy=extend_schema(
        operation_id="withdraw_book",
        summary="Withdraw an ACTIVE book",
        description="The book becomes INACTIVE; shelves that hold its work keep it.",
        responses={204: None},
    ),
)

describe_finalize = extend_schema(
    operation_id="finalize_book",
    summary="Make a PENDING book ACTIVE",
    description="Places the book in the catalog, where readers find it.",
    request=None,
    responses={200: _BOOK_ANSWER},
)

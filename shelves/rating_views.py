"""`/books/{id}/rating`: the caller's own rating of a book (contract, "Members")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from accounts.services import lock_profile
from config import statements
from config.api import BaseView, actor_of
from config.bodies import given
from config.errors import NotFoundError
from config.fields import path_id
from config.ids import new_id
from shelves import member_books
from shelves.base_views import reader_of
from shelves.book_serializers import RatingSerializer, ScoreSerializer
from shelves.models import Rating, RatingTotal

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

# The book is looked for once more: its policy refuses a rating of what has gone since.
_RATE = """
    INSERT INTO ratings (id, user_id, book_id, score)
    SELECT %(id)s, %(reader)s, id, %(score)s FROM books WHERE id = %(book)s
    ON CONFLICT (user_id, book_id) DO UPDATE SET score = excluded.score
    RETURNING score
"""


class BookRating(BaseView):
    @extend_schema(
        operation_id="rate_book",
        summary="Rate a book",
        description="One to five; the second time it changes your rating. Whoever sees the book"
        " may rate it.",
        request=ScoreSerializer,
        responses={200: RatingSerializer},
    )
    def put(self, request: Request, book_id: str) -> Response:
        book = member_books.visible(path_id(book_id), actor_of(request))
        score = given(ScoreSerializer, request)["score"]
        # The end of the account comes before or after, not in the middle: it takes this rating out
        # of the totals that are about to be locked, while the rating waits for the user's row.
        lock_profile()
        new = {"id": new_id(), "reader": reader_of(request).pk, "book": book.pk, "score": score}
        if statements.one(_RATE, new) is None:
            raise NotFoundError
        return Response({"score": score, "rating": _total(book.pk)})

    @extend_schema(
        operation_id="unrate_book",
        summary="Take your rating back",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, book_id: str) -> Response:
        book = member_books.visible(path_id(book_id), actor_of(request))
        lock_profile()
        if not Rating.objects.filter(book=book, user=reader_of(request)).delete()[0]:
            raise NotFoundError("You have not rated this book.")
        return Response(status=status.HTTP_204_NO_CONTENT)


def _total(book_id: UUID) -> dict[str, Any]:
    total = RatingTotal.objects.filter(pk=book_id).first()
    # It is seen with its book, which somebody has deleted meanwhile.
    if total is None:
        raise NotFoundError
    return {"average": total.average, "count": total.count}

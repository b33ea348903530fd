"""`/books/{id}/comments`: what members say of a book (contract, "Members")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from config import statements
from config.api import BaseView, actor_of
from config.bodies import given
from config.errors import ForbiddenError, NotFoundError
from config.fields import path_id
from config.paging import Pages
from config.schema import problems
from shelves import member_books
from shelves.base_views import reader_of
from shelves.book_serializers import (
    COMMENT_PAGE,
    CommentSerializer,
    CommentToAddSerializer,
    PageNumbers,
)
from shelves.models import Comment

if TYPE_CHECKING:
    from rest_framework.request import Request

    from config.row_security import Actor

# The book is looked for once more: its policy refuses a comment on what has gone since.
_ADD = """
    INSERT INTO comments (id, book_id, user_id, body)
    SELECT %(id)s, id, %(user)s, %(body)s FROM books WHERE id = %(book)s
    RETURNING created_at
"""


class BookComments(BaseView):
    @extend_schema(
        operation_id="list_book_comments",
        summary="List a book's comments",
        description="The oldest first.",
        parameters=[PageNumbers],
        responses={200: COMMENT_PAGE},
    )
    def get(self, request: Request, book_id: str) -> Response:
        actor = actor_of(request)
        book = member_books.visible(path_id(book_id), actor)
        pages = Pages()
        comments = book.comments.order_by("created_at", "id")
        page = pages.paginate_queryset(comments, request)
        return pages.get_paginated_response([_shown(comment, actor) for comment in page])

    @extend_schema(
        operation_id="add_book_comment",
        summary="Comment on a book",
        description="Plain text, kept as it is typed. Whoever sees the book may comment on it.",
        request=CommentToAddSerializer,
        responses={201: CommentSerializer},
    )
    def post(self, request: Request, book_id: str) -> Response:
        actor = actor_of(request)
        book = member_books.visible(path_id(book_id), actor)
        comment = Comment(
            book=book, user=reader_of(request), **given(CommentToAddSerializer, request)
        )
        _add(comment)
        return Response(_shown(comment, actor), status.HTTP_201_CREATED)


class BookComment(BaseView):
    @problems(ForbiddenError)
    @extend_schema(
        operation_id="delete_book_comment",
        summary="Delete a comment",
        description="For whoever wrote it and for moderators.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, book_id: str, comment_id: str) -> Response:
        actor = actor_of(request)
        found = Comment.objects.visible_to(actor).filter(pk=path_id(comment_id))
        comment = found.filter(book=path_id(book_id)).first()
        if comment and comment.user_id != actor.user_id and not actor.is_staff:
            raise ForbiddenError("Only whoever wrote a comment, or a moderator, deletes it.")
        # Gone already, or by another request a moment ago.
        if comment is None or not found.delete()[0]:
            raise NotFoundError
        return Response(status=status.HTTP_204_NO_CONTENT)


def _add(comment: Comment) -> None:
    """Write a comment; raises NotFoundError when its book has gone."""
    new = {"id": comment.pk, "user": comment.user_id, "book": comment.book_id, "body": comment.body}
    row = statements.one(_ADD, new)
    if row is None:
        raise NotFoundError
    (comment.created_at,) = row


def _shown(comment: Comment, actor: Actor) -> dict[str, Any]:
    """Shape a comment. It names nobody: an e-mail or an id is for nobody else."""
    return {
        "id": comment.pk,
        "body": comment.body,
        "mine": comment.user_id == actor.user_id,
        "createdDate": comment.created_at,
    }

"""Members' books, their comments and ratings, under /books."""

from __future__ import annotations

from django.urls import path

from shelves.book_views import BookHistory, MemberBookViewSet
from shelves.comment_views import BookComment, BookComments
from shelves.rating_views import BookRating

urlpatterns = [
    path(
        "books", MemberBookViewSet.as_view({"get": "list", "post": "create"}), name="member-books"
    ),
    path(
        "books/<str:book_id>",
        MemberBookViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="member-book",
    ),
    path("books/<str:book_id>/history", BookHistory.as_view(), name="book-history"),
    path("books/<str:book_id>/comments", BookComments.as_view(), name="book-comments"),
    path(
        "books/<str:book_id>/comments/<str:comment_id>", BookComment.as_view(), name="book-comment"
    ),
    path("books/<str:book_id>/rating", BookRating.as_view(), name="book-rating"),
]

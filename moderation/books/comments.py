"""What members say of a book, on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlog.models import LogEntry
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from config.fields import path_id
from moderation.books.steps import BookSteps
from shelves.models import Comment

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern

    from catalog.models import Book

MOST_SHOWN = 50


def comments_on(book: Book) -> list[Comment]:
    """Give the latest comments, each with its author."""
    found = Comment.objects.filter(book=book).select_related("user")
    found = found.only("body", "created_at", "book", "user__email")
    return list(found.order_by("-created_at", "-id")[:MOST_SHOWN])


class Comments(BookSteps):
    """A moderator may delete a comment, whatever the status of its book."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.delete_comment_view))
        return [
            path(
                "<path:object_id>/comments/<str:comment_id>/delete/",
                view,
                name="catalog_book_delete_comment",
            ),
            *super().get_urls(),
        ]

    def delete_comment_view(
        self, request: HttpRequest, object_id: str, comment_id: str
    ) -> HttpResponse:
        book = self.book_of(request, object_id)
        comment = Comment.objects.filter(book=book, pk=path_id(comment_id)).first()
        if comment is None:
            raise Http404
        # By ids alone: neither the text nor the author's e-mail is to outlive them in the trail.
        changes = {"comment": [f"{comment.pk} by {comment.user_id}", "deleted"]}
        LogEntry.objects.log_create(book, action=LogEntry.Action.UPDATE, changes=changes)
        comment.delete()
        messages.success(request, "The comment is deleted.")
        return self.back(request, book)

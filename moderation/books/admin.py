"""Submitted books in the back-office: `listing` has the queue, `page` has one book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from unfold.decorators import display

from catalog.models import Book
from config.model_admin import ModeratedAdmin, labelled
from moderation.books.listing import STATUS_COLOURS, BookListing
from moderation.books.page import BookPage

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Book)
class BookAdmin(BookPage, BookListing, ModeratedAdmin):
    """The queue and all other books. Statuses change through `catalog.lifecycle` alone.

    Books come in through the APIs and the commands, and none is deleted: they are withdrawn.
    """

    section = "Books"
    icon = "menu_book"
    rank = 0
    superusers_may = frozenset({"view", "change"})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Book]:
        books: QuerySet[Book] = super().get_queryset(request)
        books = books.select_related("publisher", "created_by", "edition__work", "screening")
        return books.defer("edition__work__search_vector")

    @display(description="Status", ordering="status")
    def status_label(self, book: Book) -> SafeString:
        return labelled(book.status, STATUS_COLOURS)

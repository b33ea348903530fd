"""Genres in the back-office; books have the app `moderation`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from unfold.decorators import display

from catalog.models import Genre
from config.model_admin import ModeratedAdmin, counted

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Genre)
class GenreAdmin(ModeratedAdmin):
    section = "Books"
    icon = "sell"
    list_display = ("name", "book_count", "created_at")
    search_fields = ("name",)
    fields = ("name", "created_at")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Genre]:
        genres: QuerySet[Genre] = super().get_queryset(request)
        return genres.annotate(book_count=counted(Genre.objects.all(), "book_genres"))

    @display(description="Books")
    def book_count(self, genre: Genre) -> int:
        return int(genre.book_count)  # type: ignore[attr-defined]

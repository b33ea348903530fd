"""What the back-office's list of books can be narrowed by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.main import SEARCH_VAR
from unfold.contrib.filters.admin import RadioFilter, TextFilter

from catalog.models import Book

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

ALL = "all"


class StatusFilter(RadioFilter):
    """PENDING unless another is asked for; somebody who searches means all books."""

    title = "status"
    parameter_name = "status"
    all_option = None

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [*Book.Status.choices, (ALL, "All")]

    def value(self) -> str:
        asked = super().value()
        if asked in {*Book.Status.values, ALL}:
            return str(asked)
        return ALL if self.request.GET.get(SEARCH_VAR) else Book.Status.PENDING.value

    def queryset(self, request: HttpRequest, queryset: QuerySet[Book]) -> QuerySet[Book]:
        return queryset if self.value() == ALL else queryset.filter(status=self.value())


class LanguageFilter(TextFilter):
    title = "language"
    parameter_name = "language"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Book]) -> QuerySet[Book]:
        tag = self.value()
        return queryset.filter(language__iexact=tag.strip()) if tag else queryset

"""What the list of all books can be narrowed and sorted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.filters import AnyBookFilter
from config.api import actor_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from catalog.models import Book


class MemberBookFilter(AnyBookFilter):
    """All books that the caller sees; with `mine=true` those that the caller brought."""

    @property
    def qs(self) -> QuerySet[Book]:
        books: QuerySet[Book] = super().qs
        if self.form.cleaned_data["mine"] != "true":
            return books
        return books.filter(publisher=None, created_by=actor_of(self.request).user_id)

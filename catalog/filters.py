"""What lists of books can be narrowed and sorted by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Value

from accounts.permissions import require_publisher
from catalog.functions import FoldText, HasWords
from catalog.isbn import to_isbn13
from catalog.models import Book, BookGenre, Genre

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

SORT_KEYS = {
    "created_at": "createdDate",
    "title": "title",
    "price": "price",
    "published_date": "publishedDate",
}
LONGEST_QUERY = 200
"""Characters; longer than any title that somebody types."""


class IsbnFormField(forms.CharField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return to_isbn13(text) if text else ""
        except ValueError as exc:
            raise forms.ValidationError(str(exc)) from exc


class IsbnFilter(django_filters.CharFilter):
    field_class = IsbnFormField


class OneOf(django_filters.ChoiceFilter):
    """One of a few values; a refusal names them."""

    def __init__(self, field_name: str | None = None, *, values: Sequence[str]) -> None:
        message = {"invalid_choice": f"Must be one of: {', '.join(values)}."}
        super().__init__(
            field_name, choices=[(value, value) for value in values], error_messages=message
        )


class Flag(OneOf):
    """`true` or `false`, and a 400 for anything else; what it means the filter set says."""

    def __init__(self) -> None:
        super().__init__(values=["true", "false"])

    def filter(self, qs: QuerySet[Book], _value: str) -> QuerySet[Book]:
        return qs


class StableOrdering(django_filters.OrderingFilter):
    """Equal keys are ordered by id, so that no row is shown twice or lost between pages."""

    def filter(self, qs: QuerySet[Book], value: list[str] | None) -> QuerySet[Book]:
        if not value:
            return qs
        keys = [self.get_ordering_value(param) for param in value]
        return qs.order_by(*keys, "-id" if keys[-1].startswith("-") else "id")


class AnyBookFilter(django_filters.FilterSet):
    """What every list of books can be narrowed and sorted by; whose `mine` means says the list."""

    mine = Flag()
    status = OneOf(values=Book.Status.values)
    genre = django_filters.CharFilter(method="filter_genre", max_length=100)
    language = django_filters.CharFilter(lookup_expr="iexact", max_length=35)
    bookFormat = OneOf("book_format", values=Book.Format.values)
    isbn = IsbnFilter("isbn13")
    q = django_filters.CharFilter(
        method="filter_words",
        max_length=LONGEST_QUERY,
        label="Words of the title or the authors; of more than 10,000 books, the newest are found.",
    )
    sort = StableOrdering(
        fields=SORT_KEYS,
        error_messages={
            "invalid_choice": f"Must be one of: {', '.join(SORT_KEYS.values())}; or with a minus."
        },
    )

    class Meta:
        model = Book
        fields: list[str] = []

    def filter_genre(self, books: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        genre = Genre.objects.annotate(folded=FoldText("name")).filter(
            folded=FoldText(Value(value))
        )
        return books.filter(Exists(BookGenre.objects.filter(book=OuterRef("pk"), genre__in=genre)))

    def filter_words(self, books: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        return books.filter(HasWords("pk", Value(value)))


class BookFilter(AnyBookFilter):
    """ACTIVE books; those of another status when it is named; with `mine=true` the publisher's."""

    @property
    def qs(self) -> QuerySet[Book]:
        books: QuerySet[Book] = super().qs
        if self.form.cleaned_data["mine"] == "true":
            return books.filter(publisher=require_publisher(self.request))
        if self.form.cleaned_data["status"]:
            return books
        return books.filter(status=Book.Status.ACTIVE)

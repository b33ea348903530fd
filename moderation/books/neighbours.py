"""What comes before and after a book in the list that its moderator came from."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Count, Q
from django.http import QueryDict

from catalog.models import Book
from config.model_admin import Listing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest

PRESERVED = "_changelist_filters"
"""Where Django's admin keeps a list's filters in the address of a row's page."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a book stands in a list; `place` counts from 1, None when it is not in the list."""

    previous: UUID | None
    next: UUID | None
    place: int | None
    total: int
    query: str
    """The list's filters, as `_changelist_filters` carries them."""


class Sorting(NamedTuple):
    """A column that the list is sorted by."""

    field: str
    is_descending: bool


class Whole(Listing):
    """A list of which no page is read."""

    def get_results(self, request: HttpRequest) -> None:
        pass


def neighbours(request: HttpRequest, book: Book) -> Neighbours:
    """Look around a book in the list, as its moderator has filtered, searched and sorted it.

    It goes by what the book is sorted by, so there is a next one, too, for a book that has just
    left the list. Three queries; none reads the list itself.
    """
    query = request.GET.get(PRESERVED, "")
    books, order = listed(request, query)
    before, after = beyond(book, [_turned(each) for each in order]), beyond(book, order)
    counts = books.order_by().aggregate(
        total=Count("pk"), here=Count("pk", filter=Q(pk=book.pk)), before=Count("pk", filter=before)
    )
    return Neighbours(
        previous=_first(books.filter(before).order_by(*map(_term, map(_turned, order)))),
        next=_first(books.filter(after)),
        place=counts["before"] + 1 if counts["here"] else None,
        total=counts["total"],
        query=query,
    )


def listed(request: HttpRequest, query: str) -> tuple[QuerySet[Book], list[Sorting]]:
    """Give the books of a list, in its order, and that order; the queue's if it makes no sense."""
    asked = copy.copy(request)
    asked.GET = QueryDict(query)
    # A copy: the list's own page reads its page.
    model_admin = copy.copy(admin.site.get_model_admin(Book))
    model_admin.get_changelist = lambda *_args, **_kwargs: Whole  # type: ignore[method-assign]
    try:
        books = model_admin.get_changelist_instance(asked).queryset
    except (DisallowedModelAdminLookup, IncorrectLookupParameters):
        return listed(request, "")
    return books.select_related(None), [_read(term) for term in books.query.order_by]


def beyond(book: Book, order: list[Sorting]) -> Q:
    """Tell what follows a book in an order, as PostgreSQL sorts: nulls as if beyond all values."""
    following, same = Q(pk__in=[]), Q()
    for sorting in order:
        value = getattr(book, sorting.field)
        following |= same & _further(sorting, value)
        same &= Q(**{sorting.field: value}) if value is not None else _is_null(sorting)
    # It follows from the rest, and is what an index can begin with.
    return following & Q(*_bounds(book, order))


def _bounds(book: Book, order: list[Sorting]) -> Iterator[Q]:
    field, is_descending = order[0]
    value = getattr(book, field)
    if value is not None and not Book._meta.get_field(field).null:  # noqa: SLF001  (documented)
        yield Q(**{f"{field}__{'lte' if is_descending else 'gte'}": value})


def _further(sorting: Sorting, value: Any) -> Q:
    field, is_descending = sorting
    if value is None:
        return Q(**{f"{field}__isnull": False}) if is_descending else Q(pk__in=[])
    if is_descending:
        return Q(**{f"{field}__lt": value})
    return Q(**{f"{field}__gt": value}) | _is_null(sorting)


def _is_null(sorting: Sorting) -> Q:
    return Q(**{f"{sorting.field}__isnull": True})


def _read(term: str) -> Sorting:
    return Sorting(term.removeprefix("-"), term.startswith("-"))


def _term(sorting: Sorting) -> str:
    return f"-{sorting.field}" if sorting.is_descending else sorting.field


def _turned(sorting: Sorting) -> Sorting:
    return Sorting(sorting.field, not sorting.is_descending)


def _first(books: QuerySet[Book]) -> UUID | None:
    return books.values_list("pk", flat=True)[:1].first()

"""What a reader's lists can be narrowed and sorted by.

The filter sets declare the parameters, for the schema, and check them; what passes goes into the
lists' own SQL (`shelves.shelf`, `shelves.following`), so no queryset is ever filtered.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.datastructures import MultiValueDict
from django_filters.utils import translate_validation

from catalog.filters import LONGEST_QUERY, OneOf
from shelves import following, shelf
from shelves.models import UserAuthor, UserWork

if TYPE_CHECKING:
    from rest_framework.request import Request


class _CommaSeparated(forms.SelectMultiple):
    """A parameter that repeats, or separates its values by commas, or both."""

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> list[str]:
        return [part for text in data.getlist(name) for part in text.split(",") if part]


class _ManyField(forms.MultipleChoiceField):
    widget = _CommaSeparated


class AnyOf(django_filters.MultipleChoiceFilter):
    """One or several of a few values; a refusal names them."""

    field_class = _ManyField

    def __init__(self, *, values: list[str]) -> None:
        message = {"invalid_choice": f"Must be of: {', '.join(values)}."}
        super().__init__(choices=[(value, value) for value in values], error_messages=message)


class FollowingFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(
        "name_key", max_length=LONGEST_QUERY, label="Part of the name, whatever case and accents"
    )
    sort = OneOf(values=[*following.ORDERS])

    class Meta:
        model = UserAuthor
        fields: list[str] = []


class ShelfFilter(django_filters.FilterSet):
    status = AnyOf(values=UserWork.Status.values)
    available = OneOf(values=["true", "false", "null"])
    author_id = django_filters.UUIDFilter("work__authors", label="Works of this author")
    search = django_filters.CharFilter(
        "title_key", max_length=LONGEST_QUERY, label="Part of the title, whatever case and accents"
    )
    sort = OneOf(values=[*shelf.ORDERS])

    class Meta:
        model = UserWork
        fields: list[str] = []


def read(filters: type[django_filters.FilterSet], request: Request) -> dict[str, Any]:
    """Give the cleaned parameters; none when the query has none of them, as it mostly has not.

    Raises DRF's ValidationError naming the parameters that are wrong.
    """
    query = request.query_params
    names = (name for name in filters.base_filters if name in query)
    asked = tuple((name, tuple(query.getlist(name))) for name in names)
    return dict(_cleaned(filters, asked)) if asked else {}  # type: ignore[arg-type]


@lru_cache(1024)
def _cleaned(
    filters: type[django_filters.FilterSet], asked: tuple[tuple[str, tuple[str, ...]], ...]
) -> dict[str, Any]:
    """Check what hangs on the parameters alone; the same few are asked for again and again."""
    given = MultiValueDict({name: [*values] for name, values in asked})
    form = _form_of(filters)(given)  # type: ignore[arg-type]
    if not form.is_valid():
        raise translate_validation(form.errors)
    return form.cleaned_data


@cache
def _form_of(filters: type[django_filters.FilterSet]) -> type[forms.Form]:
    """Build the form class once: a filter set of its own for each request costs a millisecond."""
    form: type[forms.Form] = filters().get_form_class()
    return form

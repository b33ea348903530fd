"""`/api/works/search` and `/api/authors/search` (plan, section 2; contract, "Readers")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from catalog import search, sources
from catalog.models import Author
from catalog.reader_serializers import WORK_PAGE
from config.api import BaseView, actor_of
from config.bodies import asked
from config.conditional import ConditionalGetMixin
from config.errors import UpstreamError, UpstreamRateLimitedError
from config.fields import StrictCharField
from config.paging import LARGEST_PAGE, Pages, whole_number
from config.row_security import acting_as
from config.schema import problems

if TYPE_CHECKING:
    from rest_framework.request import Request


def _has_a_word(q: str) -> None:
    if not any(character.isalnum() for character in q):
        raise serializers.ValidationError("A letter or a digit is needed.")


class SearchText(serializers.Serializer[Any]):
    q = StrictCharField(
        max_length=200, validators=[_has_a_word], help_text="A letter or a digit must be in it."
    )


MOST_AUTHORS = 50


class AuthorSearchText(SearchText):
    """Describes the parameters; a form's number would take an empty one for none."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST_AUTHORS, default=10)


class PagedSearchText(SearchText):
    """Describes the parameters; `Pages` reads its two itself."""

    page = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=Pages.max_page_size, default=20)


class FoundAuthorSerializer(serializers.ModelSerializer[Author]):
    """`id` is there when the catalog has the author."""

    id = serializers.UUIDField(required=False)

    class Meta:
        model = Author
        fields = search.FOUND_AUTHOR_FIELDS


class WorkSearch(ConditionalGetMixin, BaseView):
    @extend_schema(
        operation_id="search_works",
        summary="Search works by title, author or ISBN",
        description="Case and accents do not matter, and the last word may be unfinished. The"
        " exact title comes first, then titles that begin with the query, then those that have"
        " all its words, then works whose title and authors have them together. An ISBN is looked"
        f" up. At most {search.MOST_WORKS:,} works are found, and `total` counts these; shared"
        " works and your own are searched.",
        parameters=[PagedSearchText],
        responses=WORK_PAGE,
    )
    def get(self, request: Request) -> Response:
        query = asked(SearchText, request)
        pages = Pages()
        pages.read(request)
        reader = actor_of(request).user_id
        found = search.works(query["q"], reader=reader, start=pages.start, size=pages.size)
        pages.total = found.total
        return pages.get_paginated_response(found.works)


class AuthorSearch(ConditionalGetMixin, BaseView):
    """Asks no source inside a transaction, so it opens one for the catalog alone."""

    opens_transaction = False

    @extend_schema(
        operation_id="search_authors",
        summary="Search authors by name",
        description="In the catalog and in Open Library; an author without an `id` can be"
        " imported. Case and accents do not matter, and the last word may be unfinished. What"
        " Open Library answered counts for seven days; where it fails, an older answer and what"
        " the catalog has come with `stale`.",
        parameters=[AuthorSearchText],
        responses=inline_serializer(
            "FoundAuthors",
            {
                "authors": FoundAuthorSerializer(many=True),
                "stale": serializers.BooleanField(required=False),
            },
        ),
    )
    @problems(UpstreamError, UpstreamRateLimitedError)
    def get(self, request: Request) -> Response:
        query = asked(SearchText, request)
        query["limit"] = whole_number(request, "limit", default=10, most=MOST_AUTHORS)
        actor = actor_of(request)
        with acting_as(actor):
            known = search.authors(query["q"], reader=actor.user_id, limit=query["limit"])
        source = sources.current()
        if source is None:
            return Response({"authors": known})
        try:
            others = source.search_authors(query["q"], query["limit"])
        except UpstreamError:
            if not known:
                raise
            return Response({"authors": known, "stale": True})
        with acting_as(actor):
            found = search.mixed(known, search.recognised(others.authors), query["limit"])
        return Response({"authors": found} | ({"stale": True} if others.is_stale else {}))

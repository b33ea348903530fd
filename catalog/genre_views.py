"""`/api/genres`: the tags that books carry (contract, "Members")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Value
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers

from catalog.functions import FoldText
from catalog.models import Genre
from config.api import BaseView
from config.bodies import asked
from config.conditional import ConditionalGetMixin
from config.fields import StrictCharField
from config.paging import LARGEST_PAGE, Pages

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class GenreWords(serializers.Serializer[Any]):
    q = StrictCharField(
        max_length=100, required=False, help_text="Part of the name, whatever its case."
    )


class PagedGenreWords(GenreWords):
    """Describes the parameters; `Pages` reads its two itself."""

    page = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=Pages.max_page_size, default=20)


class GenreSerializer(serializers.Serializer[Genre]):
    id = serializers.UUIDField()
    name = serializers.CharField()


GENRE_PAGE = inline_serializer(
    "GenrePage",
    {
        "items": GenreSerializer(many=True),
        "total": serializers.IntegerField(min_value=0),
        "page": serializers.IntegerField(min_value=1),
    },
)


class GenreList(ConditionalGetMixin, BaseView):
    @extend_schema(
        operation_id="list_genres",
        summary="List genres",
        description="By name.",
        parameters=[PagedGenreWords],
        responses={200: GENRE_PAGE},
    )
    def get(self, request: Request) -> Response:
        words = asked(GenreWords, request).get("q")
        # The order is that of the index which keeps one genre of each name.
        genres = Genre.objects.alias(folded=FoldText("name")).order_by("folded")
        if words:
            genres = genres.filter(folded__contains=FoldText(Value(words)))
        pages = Pages()
        page = pages.paginate_queryset(genres.values("id", "name"), request)
        return pages.get_paginated_response(page)

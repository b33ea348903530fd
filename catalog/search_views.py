"""`/api/works/search` and `/api/authors/search` (plan, section 2; contract, "Readers")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers
from rest_framework.response import Response

from catalog import search
from config.api import BaseView, actor_of
from config.fields import StrictCharField
from config.paging import Pages
from config.row_security import acting_as

if TYPE_CHECKING:
    from rest_framework.request import Request


class SearchText(serializers.Serializer[Any]):
    """What is searched for: 1 to 200 characters, a letter or digit among them."""

    q = StrictCharField(max_length=200)

    def validate_q(self, q: str) -> str:
        if not any(character.isalnum() for character in q):
            raise serializers.ValidationError("A letter or a digit is needed.")
        return q


class AuthorSearchQuery(SearchText):
    limit = serializers.IntegerField(min_value=1, max_value=50, default=10)


class WorkSearch(BaseView):
    def get(self, request: Request) -> Response:
        query = SearchText(data=request.query_params)
        query.is_valid(raise_exception=True)
        pages = Pages()
        pages.read(request)
        found = search.works(
            query.validated_data["q"],
            reader=actor_of(request).user_id,
            start=pages.start,
            size=pages.size,
        )
        pages.total = found.total
        return pages.get_paginated_response(found.works)


class AuthorSearch(BaseView):
    """The catalog and a source, one after the other: no transaction is open meanwhile."""

    opens_transaction = False

    def get(self, request: Request) -> Response:
        query = AuthorSearchQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        with acting_as(actor_of(request)):
            known = search.authors(**query.validated_data)
        return Response({"authors": known})

"""Catalog rows as the readers' API describes them; `catalog.records` makes the rows themselves.

Nothing is rendered by these serializers: the OpenAPI description is made of them.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from catalog.models import Author, Edition, Work

CATALOG_ROW = ("manual", "owner_user_id", "created_at", "updated_at")
CACHE_TIMES = ("ol_fetched_at", "ol_expires_at")


class AuthorSerializer(serializers.ModelSerializer[Author]):
    owner_user_id = serializers.UUIDField(allow_null=True, read_only=True)

    class Meta:
        model = Author
        fields = ("id", "name", "openlibrary_id", *CACHE_TIMES, *CATALOG_ROW)
        read_only_fields = fields


class AuthorNameSerializer(serializers.ModelSerializer[Author]):
    """An author as works name them."""

    class Meta:
        model = Author
        fields = ("id", "name")
        read_only_fields = fields


class EditionSummarySerializer(serializers.ModelSerializer[Edition]):
    """An edition as the work shows it that it stands for."""

    class Meta:
        model = Edition
        fields = (
            "id",
            "title",
            "publish_year",
            "publish_date",
            "isbn13",
            "cover_url",
            "language",
        )
        read_only_fields = fields


class WorkSerializer(serializers.ModelSerializer[Work]):
    """`publish_year` is `first_publish_year`, else the year of `primary_edition`."""

    owner_user_id = serializers.UUIDField(allow_null=True, read_only=True)
    authors = AuthorNameSerializer(many=True, read_only=True)
    primary_edition = EditionSummarySerializer(allow_null=True, read_only=True)

    class Meta:
        model = Work
        fields = (
            "id",
            "title",
            "openlibrary_id",
            "first_publish_year",
            "publish_year",
            "authors",
            "primary_edition",
            *CATALOG_ROW,
        )
        read_only_fields = fields


class EditionSerializer(serializers.ModelSerializer[Edition]):
    owner_user_id = serializers.UUIDField(allow_null=True, read_only=True)
    work_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = Edition
        fields = (
            "id",
            "work_id",
            "title",
            "openlibrary_id",
            "publish_year",
            "publish_date",
            "publish_date_raw",
            "isbn13",
            "cover_url",
            "language",
            *CACHE_TIMES,
            *CATALOG_ROW,
        )
        read_only_fields = fields


def wrapped(name: str, row: serializers.BaseSerializer[Any]) -> Any:
    """Describe a resource wrapped in its name: `{"author": {...}}`."""
    return inline_serializer(f"{name.title()}Answer", {name: row})


AUTHOR_ANSWER = wrapped("author", AuthorSerializer())
WORK_ANSWER = wrapped("work", WorkSerializer())
EDITION_ANSWER = wrapped("edition", EditionSerializer())
EDITION_LIST = inline_serializer("EditionList", {"items": EditionSerializer(many=True)})
WORK_PAGE = inline_serializer(
    "WorkPage",
    {
        "items": WorkSerializer(many=True),
        "total": serializers.IntegerField(min_value=0),
        "page": serializers.IntegerField(min_value=1),
    },
)

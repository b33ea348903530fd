"""What the shelves' calls take, and how the schema describes what they give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from catalog.reader_serializers import AuthorSerializer, WorkSerializer
from config.fields import IdField
from shelves.fields import IdsField, TriStateField
from shelves.models import UserWork

MOST_WORKS = 5_000
"""As many as a whole shelf holds."""


class FollowedAuthorSerializer(serializers.Serializer[Any]):
    author = AuthorSerializer()
    created_at = serializers.DateTimeField()


class AuthorToFollowSerializer(serializers.Serializer[Any]):
    author_id = IdField()


class ShelfItemSerializer(serializers.Serializer[Any]):
    work = WorkSerializer()
    status = serializers.ChoiceField(UserWork.Status.choices)
    available_in_legimi = serializers.BooleanField(
        allow_null=True, help_text="null: nobody knows yet."
    )
    legimi_checked_at = serializers.DateTimeField(allow_null=True)
    status_updated_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ShelfItemsSerializer(serializers.Serializer[Any]):
    works = ShelfItemSerializer(many=True)


class WorksToAddSerializer(serializers.Serializer[Any]):
    work_ids = IdsField(most=MOST_WORKS)
    status = serializers.ChoiceField(UserWork.Status.choices, default=UserWork.Status.TO_READ)


class AddedWorksSerializer(serializers.Serializer[Any]):
    added = serializers.ListField(child=serializers.UUIDField())
    skipped = serializers.ListField(
        child=serializers.UUIDField(), help_text="Attached already, or nothing that you can see."
    )


class ChangeSerializer(serializers.Serializer[Any]):
    """`status`, `available_in_legimi` or both; what is left out stays as it is."""

    status = serializers.ChoiceField(UserWork.Status.choices, required=False)
    available_in_legimi = TriStateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.keys().isdisjoint(("status", "available_in_legimi")):
            raise serializers.ValidationError("Give status, available_in_legimi or both.")
        return attrs


class BulkChangeSerializer(ChangeSerializer):
    work_ids = IdsField(most=MOST_WORKS)

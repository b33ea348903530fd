"""Serializer fields of the shelves' calls, which take what JSON says and nothing like it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from config.bodies import MOST_DETAILS
from config.fields import IdField, read_id

if TYPE_CHECKING:
    from uuid import UUID


class IdsField(serializers.ListField):
    """Ids, each once, in the order given; at most `most` are sent.

    A field object's checks for each of thousands would take longer than the database.
    """

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(child=IdField(), allow_empty=False, max_length=most, **kwargs)

    def run_child_validation(self, data: list[Any]) -> list[UUID]:
        if len(data) > self.most:
            raise serializers.ValidationError(f"At most {self.most} at once.")
        found = [read_id(value) for value in data]
        wrong = (index for index, value in enumerate(found) if value is None)
        message = IdField.default_error_messages["invalid"]
        errors = {index: [message] for index in islice(wrong, MOST_DETAILS)}
        if errors:
            raise serializers.ValidationError(errors)  # type: ignore[arg-type]
        return [value for value in dict.fromkeys(found) if value]


class TriStateField(serializers.BooleanField):
    """`true`, `false` or `null`; a text that says so is none of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data

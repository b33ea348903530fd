"""Serializer fields of the shelves' calls, which take what JSON says and nothing like it."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any
from uuid import UUID

from rest_framework import serializers

from config.bodies import MOST_DETAILS

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NO_UUID = "Must be a valid UUID."


def _read(value: Any) -> UUID | None:
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else None


class IdField(serializers.UUIDField):
    """The id of a row, as text; a number is no id."""

    def to_internal_value(self, data: Any) -> UUID:
        found = _read(data)
        if found is None:
            raise serializers.ValidationError(_NO_UUID)
        return found


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
        found = [_read(value) for value in data]
        wrong = (index for index, value in enumerate(found) if value is None)
        errors = {index: [_NO_UUID] for index in islice(wrong, MOST_DETAILS)}
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

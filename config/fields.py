"""Serializer fields that take what JSON says and nothing that merely looks like it."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers

_LINE_BREAKS = "\n\r\t"
_NO_TEXT = {"Cc", "Cs"}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class StrictCharField(serializers.CharField):
    """Text without control characters and halves of surrogate pairs; a number is no text.

    What shows nothing (zero-width spaces) is blank.

    `multiline` allows line breaks and tabs.
    """

    default_error_messages = {"control": "Control characters are not allowed."}

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allowed = _LINE_BREAKS if multiline else ""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        if text and not any(unicodedata.category(c)[0] in "LNPS" for c in text):
            self.fail("blank")
        if any(unicodedata.category(c) in _NO_TEXT and c not in self.allowed for c in text):
            self.fail("control")
        return text


def read_id(value: Any) -> UUID | None:
    """Read the id of a row, written with hyphens; anything else is None."""
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else None


def path_id(text: str) -> UUID:
    """Read an id in a path; what is none becomes the nil UUID, which no row has."""
    return read_id(text) or UUID(int=0)


class IdField(serializers.UUIDField):
    """The id of a row, as text; a number is no id."""

    def to_internal_value(self, data: Any) -> UUID:
        found = read_id(data)
        if found is None:
            self.fail("invalid", value=data)
        return found


class MoneyField(serializers.DecimalField):
    """A JSON number with at most two decimals, exact."""

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float | Decimal):
            self.fail("invalid")
        return super().to_internal_value(data)

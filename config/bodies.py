"""JSON in and out."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

if TYPE_CHECKING:
    from collections.abc import Mapping


class JsonParser(JSONParser):
    """JSON and nothing else; what Python's parser chokes on is the caller's mistake too."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return json.loads(stream.read().decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError) as exc:
            raise ParseError from exc


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class JsonRenderer(JSONRenderer):
    """JSON by orjson; a Decimal is money and keeps its two decimals."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=_plain)


def _plain(value: Any) -> Any:
    return orjson.Fragment(f"{value:.2f}") if isinstance(value, Decimal) else str(value)

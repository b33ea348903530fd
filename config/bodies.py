"""JSON in and out."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson
from rest_framework.exceptions import ValidationError
from rest_framework.fields import SkipField, empty
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

from config.errors import InvalidError, MalformedRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rest_framework.fields import Field
    from rest_framework.request import Request
    from rest_framework.serializers import Serializer

DEEPEST = 20
"""Levels of nesting in a body; ours need three."""
LARGEST_EXPONENT = 300
MOST_DETAILS = 20
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class JsonParser(JSONParser):
    """JSON and nothing else, of which every text can be stored; its fractions are Decimals.

    Raises MalformedRequestError, and InvalidError naming the field that holds a NUL character or
    half of a surrogate pair, which no database takes.
    """

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            body = json.loads(
                stream.read().decode(), parse_constant=_no_constant, parse_float=_exact
            )
        except (ValueError, RecursionError) as exc:
            raise MalformedRequestError from exc
        refuse_unstorable(body)
        return body


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError(f"{text} is out of range")
    return number


def refuse_unstorable(value: Any) -> None:
    """Raise InvalidError for every text in `value` (of dicts, lists, texts) that is no good."""
    wrong = (path for path, text in _texts(value) if _UNSTORABLE.search(text))
    details = [
        {"field": path or "body", "message": "NUL and lone surrogates are not allowed."}
        for path in islice(wrong, MOST_DETAILS)
    ]
    if details:
        raise InvalidError(details=details)


def _texts(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Give every text with its path; a key is a text, too, and stands at its own path."""
    if depth > DEEPEST:
        raise MalformedRequestError(f"The body is nested deeper than {DEEPEST} levels.")
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            shown = key.replace("\0", "\\0").encode(errors="backslashreplace").decode()
            where = f"{path}.{shown}" if path else shown
            yield where, key
            yield from _texts(inner, where, depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{index}]", depth + 1)


def given(
    kind: type[Serializer[Any]], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """Check a request's body; give what it says. Raises DRF's ValidationError, naming the field."""
    serializer = kind(data=request.data, partial=partial)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def asked(kind: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Check a request's query as `given` does its body; an empty parameter is one left out.

    `kind` checks field by field alone: its fields are made once, not copied for each request,
    which takes longer than to look a work up.
    """
    found, wrong = {}, {}
    for name, field in _fields(kind).items():
        try:
            found[name] = field.run_validation(request.query_params.get(name) or empty)
        except SkipField:
            continue
        except ValidationError as refused:
            wrong[name] = refused.detail
    if wrong:
        raise ValidationError(wrong)
    return found


@cache
def _fields(kind: type[Serializer[Any]]) -> Mapping[str, Field[Any, Any, Any, Any]]:
    return dict(kind().fields)


class JsonRenderer(JSONRenderer):
    """JSON by orjson; a Decimal is money and keeps its two decimals."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:
    return orjson.Fragment(f"{value:.2f}") if isinstance(value, Decimal) else str(value)

"""What counts as JSON from outside: an object in UTF-8, whatever the header says but HTML."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from enrichment.outside.answers import CallFailedError

MARKUP = ("html", "xml")


def read_object(body: bytes, content_type: str) -> dict[str, Any]:
    """Give the JSON object of an answer.

    A lone surrogate or a NUL in a text is JSON; those who read the texts clean them. Raises
    CallFailedError: "not_json", or "wrong_shape" for a list, a number, a text.
    """
    if content_type.partition(";")[0].strip().lower().endswith(MARKUP):
        raise CallFailedError("not_json")
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    # Wrong bytes, wrong syntax and numbers of too many digits are all ValueErrors.
    except (ValueError, RecursionError):
        raise CallFailedError("not_json") from None
    if not isinstance(found, dict):
        raise CallFailedError("wrong_shape")
    return found


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(constant)

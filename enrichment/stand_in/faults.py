"""The ways in which a service outside fails, each as those who use it have met it."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import NamedTuple

JSON = "application/json"
HTML = "text/html; charset=utf-8"
RETRY_AFTER = 90
HUGE_SIZE = 50 * 1024 * 1024


class Fault(StrEnum):
    TIMEOUT = "timeout"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    TOO_MANY = "too_many"
    TOO_MANY_WITH_RETRY_AFTER = "too_many_with_retry_after"
    SERVER_ERROR_HTML = "server_error_html"
    HTML_200 = "html_200"
    CUT_OFF = "cut_off"
    HUGE = "huge"
    INVALID_UTF8 = "invalid_utf8"
    WRONG_TYPES = "wrong_types"
    REDIRECT_CYCLE = "redirect_cycle"
    REDIRECT_TO_LOOPBACK = "redirect_to_loopback"


class Reply(NamedTuple):
    """What the server sends; `drip`: seconds before each byte of the body."""

    status: int
    body: bytes
    headers: dict[str, str]
    drip: float = 0.0


def redirect(to: str) -> Reply:
    return Reply(302, b"", {"Location": to})


def _html(status: int, title: str, **headers: str) -> Reply:
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Reply(status, page.encode(), {"Content-Type": HTML, **headers})


def _json(body: bytes, status: int = 200) -> Reply:
    return Reply(status, body, {"Content-Type": JSON})


def _cut_off(reply: Reply) -> Reply:
    """Promise more than comes before the line goes dead."""
    return reply._replace(headers=reply.headers | {"Content-Length": str(2 * len(reply.body))})


FORBIDDEN = _html(403, "403 Forbidden")
NOT_FOUND = _html(404, "Not Found")

REPLIES = {
    Fault.FORBIDDEN: FORBIDDEN,
    Fault.NOT_FOUND: NOT_FOUND,
    Fault.TOO_MANY: _json(b'{"status": 429, "message": "Too Many Requests."}', 429),
    Fault.TOO_MANY_WITH_RETRY_AFTER: _html(
        429, "Too Many Requests", **{"Retry-After": str(RETRY_AFTER)}
    ),
    Fault.SERVER_ERROR_HTML: _html(500, "Internal Server Error"),
    Fault.HTML_200: _html(200, "Down for maintenance"),
    Fault.CUT_OFF: _cut_off(_json(b'{"title": "The Old')),
    Fault.INVALID_UTF8: _json(b'{"title": "\xff\xfe \xc3("}'),
    Fault.WRONG_TYPES: _json(
        b'{"key": 7, "type": [], "title": {"a": 1}, "name": 3, "authors": "x", "docs": 7,'
        b' "numFound": "many", "entries": "none", "size": [], "links": 1, "items": {"a": 1},'
        b' "totalItems": "x", "volumeInfo": [], "bookList": [1], "book": "x"}'
    ),
}
"""The faults that are an answer of fixed bytes; the server makes the others."""


@cache
def huge() -> Reply:
    """JSON that is well formed, and too much of it; made once, which takes a while."""
    return _json(b'{"title": "' + b"a" * HUGE_SIZE + b'"}')

"""Structured logs: one JSON object a line, the request's id in each, no secret in any."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import orjson
import structlog

if TYPE_CHECKING:
    import logging
    from collections.abc import MutableMapping

_SECRET_KEYS = re.compile(
    r"passw|secret|token|authorization|cookie|api_?key|signature", re.IGNORECASE
)
# JSON Web Tokens, bearer headers, passwords inside URLs, and what follows a telling name.
_SECRET_TEXTS = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"
    r"|(?<=[Bb]earer )\S+"
    r"|(?<=://)[^/\s:@]*:[^@\s]+(?=@)"
    r"|(?i:(?:passw(?:or)?d|secret|token|api_?key|cookie)[\"']?\s?[=:]\s?)[^\s,;&)}\]]+"
)
_MASK = "[redacted]"


def current_request_id() -> str | None:
    """Give the id of the request or task under way, for log lines, audit entries and errors."""
    request_id: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return request_id


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a secret, by the key's name or by the value's form."""
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if _SECRET_KEYS.search(key):
        return _MASK
    if isinstance(value, dict):
        return {inner: _masked(str(inner), each) for inner, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked("", each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    # A lone surrogate, which a request may bring along, cannot be written as UTF-8.
    text = str(value).encode(errors="backslashreplace").decode()
    return _SECRET_TEXTS.sub(_MASK, text)


def safe_query(query: str) -> str:
    """Give a query string without the values of keys that sound secret."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(key, _masked(key, value)) for key, value in pairs], safe="[]")


def _to_json(event: Any, **_options: Any) -> str:
    return orjson.dumps(event, default=str).decode()


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    # Text, not frames: local variables may hold passwords.
    structlog.processors.format_exc_info,
    structlog.processors.UnicodeDecoder(),
]


def _is_bug(record: logging.LogRecord) -> bool:
    """Tell an exception that nobody caught from an answer of 502 or 503, which was meant."""
    return bool(record.exc_info)


JSON_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": SHARED_PROCESSORS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
        }
    },
    "filters": {"bugs": {"()": lambda: _is_bug}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        # `request_log` writes one line a request; these would repeat it, but for a bug's traceback.
        "django.request": {"level": "ERROR", "filters": ["bugs"]},
        "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
        # gunicorn would give its own lines a handler and a form of their own.
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
        # It warns at each HEAD, of whose body it lets nothing through, as it should.
        "gunicorn.http.wsgi": {"level": "ERROR"},
        # Scanners try every name; the request's own line says 400, without a traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # django-structlog writes a line when a task starts and one when it ends.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "CRITICAL"},
        "axes": {"level": "ERROR"},
    },
}

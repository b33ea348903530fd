"""Structured logs: one JSON object a line, the request's id in each, no secret in any."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_SECRET_KEYS = re.compile(
    r"passw|secret|token|authorization|cookie|api_?key|signature", re.IGNORECASE
)
# JSON Web Tokens, bearer headers, and passwords inside URLs, wherever they stand in a text.
_SECRET_TEXTS = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*|(?<=[Bb]earer )\S+|(?<=://)[^/\s:@]*:[^@\s]+(?=@)"
)
_MASK = "[redacted]"


def current_request_id() -> str | None:
    """Give the id of the request or task under way, for log lines, audit entries and errors."""
    request_id: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return request_id


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a secret, by the key's name or by the value's form."""
    for key, value in event.items():
        if _SECRET_KEYS.search(key):
            event[key] = _MASK
        elif isinstance(value, str):
            event[key] = _SECRET_TEXTS.sub(_MASK, value)
    return event


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
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        # RequestMiddleware writes one line a request; these would repeat it.
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
    },
}

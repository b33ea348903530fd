"""gunicorn's settings: threads, so that one slow call does not hold up the quick ones."""

from __future__ import annotations

import os
from typing import Any

import structlog

from config.logs import JSON_LOGGING

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 30
graceful_timeout = 10
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
limit_request_line = 8190
logconfig_dict: dict[str, Any] = JSON_LOGGING
# The proxies that may be believed are Django's to know (TRUSTED_PROXIES), in one place.
forwarded_allow_ips = ""
# Its place in the home folder would be shared by two copies beside each other.
control_socket_disable = True


def post_fork(_server: Any, _worker: Any) -> None:
    """Refuse to serve with a role that row level security does not hold."""
    import django  # noqa: PLC0415  (settings are complete only in the worker)

    django.setup()
    from config.row_security import refuse_unsafe_role  # noqa: PLC0415

    refuse_unsafe_role()
    structlog.get_logger("gunicorn").info("worker_ready")

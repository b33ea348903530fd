"""gunicorn's settings: threads, so that one slow call does not hold up the quick ones."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import structlog

from config.logs import JSON_LOGGING

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Many, because a request that waits for a source outside holds a thread and nothing else.
threads = int(os.environ.get("WEB_THREADS", "32"))
worker_class = "gthread"
timeout = 30
graceful_timeout = 10
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
limit_request_line = 8190
# A long token is for the API to refuse, with its own error body.
limit_request_field_size = 32_768
logconfig_dict: dict[str, Any] = JSON_LOGGING
# The proxies that may be believed are Django's to know (TRUSTED_PROXIES), in one place.
forwarded_allow_ips = ""
# Its place in the home folder would be shared by two copies beside each other.
control_socket_disable = True
# Each process counts into files here, and /metrics adds them up; the name has to be known before
# anything imports prometheus_client.
METRICS_PREFIX = "bookhub-metrics-"
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=METRICS_PREFIX)


def post_fork(_server: Any, _worker: Any) -> None:
    """Refuse to serve with a role that row level security does not hold."""
    import django  # noqa: PLC0415  (settings are complete only in the worker)

    django.setup()
    from config.row_security import refuse_unsafe_role  # noqa: PLC0415

    refuse_unsafe_role()
    structlog.get_logger("gunicorn").info("worker_ready")


def child_exit(_server: Any, worker: Any) -> None:
    """Drop what only a living process can say; its counts stay."""
    from prometheus_client import multiprocess  # noqa: PLC0415  (it reads the name above)

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Take away the folder that was made above; a folder of the operator's stays."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    if folder.name.startswith(METRICS_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)

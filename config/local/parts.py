"""What `make run` runs: the web server, a worker and beat, and how each shows that it is up."""

from __future__ import annotations

import importlib
import sys
import time
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

from config.local.children import Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HTTP_OK = 200


def platform_parts(data_dir: Path, port: int) -> list[Part]:
    """Give web, worker and beat."""
    schedule = data_dir / "celerybeat-schedule"
    worker = f"local-{port}@localhost"
    # The control socket lies in the home folder, where two copies would fight over it.
    gunicorn = [sys.executable, "-m", "gunicorn", "--no-control-socket"]
    gunicorn += ["--config", "config/gunicorn.py", "config.wsgi:application"]
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "config.celery"]
    level = ["--loglevel", "INFO"]
    # With one worker there are no neighbours to wait for.
    alone = ["--without-mingle", "--without-gossip", "--hostname", worker]
    return [
        Part("web", gunicorn, _answers_http(port)),
        Part("worker", [*celery, "worker", *level, *alone], _answers_ping(worker)),
        Part("beat", [*celery, "beat", *level, "--schedule", str(schedule)], _writes(schedule)),
    ]


def _answers_http(port: int) -> Callable[[], bool]:
    def is_up() -> bool:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == HTTP_OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    return is_up


def _answers_ping(worker: str) -> Callable[[], bool]:
    def is_up() -> bool:
        # Celery takes a moment to import, in which the children start.
        app = importlib.import_module("config.celery").app
        return bool(app.control.ping(destination=[worker], timeout=0.5))

    return is_up


def _writes(schedule: Path) -> Callable[[], bool]:
    """Beat writes its schedule when it starts; the file's ending depends on the dbm at hand."""
    started = time.time()

    def is_up() -> bool:
        files = schedule.parent.glob(f"{schedule.name}*")
        return any(file.stat().st_mtime >= started for file in files)

    return is_up

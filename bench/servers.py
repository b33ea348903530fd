"""The three servers, each gunicorn with two workers, on ports of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.client import HOST
from config.local.processes import (
    PROJECT,
    Deadline,
    StartError,
    dying_with_parent,
    open_log,
    send,
    tail,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS = 60
SYNC = ["--workers", "2", "--worker-class", "sync"]


@dataclass(frozen=True)
class Kind:
    """One of the three: its name in the table and gunicorn's arguments."""

    name: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)


PROJECT_SERVER = Kind("BookHub", ["--config", "config/gunicorn.py", "config.wsgi:application"])
FLOOR = Kind("floor", [*SYNC, "bench.floor:application"])
PLAIN_DRF = Kind(
    "plain DRF",
    [*SYNC, "django.core.wsgi:get_wsgi_application()"],
    {"DJANGO_SETTINGS_MODULE": "bench.plain_settings"},
)
KINDS = (PROJECT_SERVER, FLOOR, PLAIN_DRF)


@contextmanager
def all_running(logs: Path) -> Iterator[dict[str, int]]:
    """Have all three for a block; gives their ports by name. Raises StartError."""
    with ExitStack() as stack:
        yield {kind.name: stack.enter_context(running(kind, logs)) for kind in KINDS}


@contextmanager
def running(kind: Kind, logs: Path) -> Iterator[int]:
    """Have one of them for a block; gives its port. Raises StartError."""
    port = _free_port()
    log = logs / f"{kind.name.replace(' ', '-').lower()}.log"
    bind = ["--bind", f"{HOST}:{port}", "--no-control-socket"]
    with open_log(log) as output:
        process = subprocess.Popen(  # noqa: S603
            [*dying_with_parent("TERM"), sys.executable, "-m", "gunicorn", *bind, *kind.arguments],
            cwd=PROJECT,
            env=os.environ | kind.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_for(process, port, log)
        yield port
    finally:
        send(process.pid, signal.SIGTERM)
        process.wait(START_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = Deadline(START_SECONDS)
    while not _answers(port):
        if process.poll() is not None or not deadline.pause():
            raise StartError(f"A server did not start; {log} ends:\n{tail(log)}")
    # The port opens before the workers have loaded their application.
    time.sleep(3)


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True

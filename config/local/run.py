"""`make run`: servers, migrations, demo, then web, worker and beat until Ctrl-C."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from config.local.environment import SERVERS, data_dir, for_local, with_servers, with_sources
from config.local.locks import Lock
from config.local.parts import platform_parts
from config.local.processes import PROJECT, StartError, dying_with_parent, say
from config.local.servers import lost
from config.local.supervisor import POLL_SECONDS, StopRequest, supervise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from config.local.children import Part

# Root is common in containers and CI, and a laptop has no collected static files.
CALM = "ignore:You're running the worker with superuser privileges,ignore:No directory at"
# Whether the stand-in answers for the sources outside, and what the person is told of that.
SOURCES = {
    True: "sources: the stand-in plays Open Library, Google Books and Legimi",
    False: "sources: the real ones; BOOKHUB_OFFLINE_SOURCES=1 plays them on this machine",
}
PREPARE = [sys.executable, "-m", "config.local.prepare"]


def main(
    parts: Callable[[Path, int], Sequence[Part]] = platform_parts,
    prepare: Sequence[str] = PREPARE,
) -> int:
    """Run the platform; give 0 after Ctrl-C, and 1 with a message when something fails."""
    request = StopRequest()
    try:
        port = _free_port(os.environ.get("PORT") or "8000")
        with _alone_in(data_dir()) as folder:
            return _run(parts, prepare, folder, port, request)
    except StartError as error:
        say(str(error))
        return 1


def _run(
    parts: Callable[[Path, int], Sequence[Part]],
    prepare: Sequence[str],
    folder: Path,
    port: int,
    request: StopRequest,
) -> int:
    say(f"data in {folder}, logs in {folder / 'logs'}")
    os.environ.update(for_local(folder), PORT=str(port))
    os.environ.setdefault("PYTHONWARNINGS", CALM)
    with with_servers(folder) as urls, with_sources(folder) as stand_in:
        os.environ.update({**urls, **stand_in})
        embedded = [SERVERS[variable] for variable in urls]
        embedded += ["sources"] if stand_in else []
        say(SOURCES[bool(stand_in)])
        if not _prepared(prepare, request):
            return 0
        return supervise(
            parts(folder, port),
            folder / "logs",
            request,
            ready=f"ready http://127.0.0.1:{port}",
            lost=lambda: lost(folder, embedded),
        )


def _free_port(text: str) -> int:
    """Read the port and refuse one that is taken, before anything is started."""
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise StartError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        # As gunicorn does: connections that still linger from the last run do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            hint = "Choose another one, for example: make run PORT=8001"
            raise StartError(f"Port {text} cannot be used: {error.strerror}. {hint}") from error
    return int(text)


@contextmanager
def _alone_in(folder: Path) -> Iterator[Path]:
    """Hold the data folder: two beats on one database would do every periodic task twice."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Lock(folder / "run.lock")
    except OSError as error:
        raise StartError(f"The data folder cannot be used (BOOKHUB_DATA_DIR): {error}") from error
    with lock:
        if not lock.try_take():
            raise StartError(f"BookHub runs already on {folder}; another BOOKHUB_DATA_DIR is free.")
        yield folder


def _prepared(command: Sequence[str], request: StopRequest) -> bool:
    """Migrate and load the demo; False when a stop was requested meanwhile."""
    with subprocess.Popen(  # noqa: S603
        [*dying_with_parent("TERM"), *command],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while process.poll() is None and not request.is_made():
            time.sleep(POLL_SECONDS)
        if process.poll() is None:
            process.terminate()
            return False
    if process.returncode != 0:
        raise StartError("The database was not prepared; what went wrong stands above.")
    return True


if __name__ == "__main__":
    sys.exit(main())

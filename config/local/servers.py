"""Borrowing the embedded servers of a data folder; the first user starts them, the last ends them.

Each kind of server has a folder `<data_dir>/run/<kind>` with three locks:

- `users.lock` is shared by all who use the server, and taken exclusively to end it;
- `start.lock` lets one user at a time start it;
- `keeper.lock` is held by the keeper process (see `keeper`) for as long as it lives.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.local.locks import Lock, is_held
from config.local.processes import PROJECT, Deadline, StartError, open_log, send

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

KINDS = ("postgres", "valkey")
WAIT_SECONDS = 200


@dataclass(frozen=True)
class Servers:
    """Where the two running servers are."""

    database_url: str
    redis_url: str


@contextmanager
def running(data_dir: Path, *, durable: bool = True) -> Iterator[Servers]:
    """Have both servers for the length of a block, shared with whoever else uses the folder.

    `durable` says whether data must outlive a crash; whoever starts the servers decides that.
    Raises StartError when a server does not start.
    """
    with (
        borrowed("postgres", data_dir, durable=durable) as database_url,
        borrowed("valkey", data_dir, durable=durable) as redis_url,
    ):
        yield Servers(database_url, redis_url)


@contextmanager
def borrowed(kind: str, data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """Have one server for the length of a block; gives its URL. Raises StartError."""
    data_dir = data_dir.resolve()
    folder = _run_dir(data_dir, kind)
    with Lock(folder / "users.lock") as users:
        # Waits while a keeper is ending the server.
        users.share()
        try:
            yield _find_or_start(kind, data_dir, durable=durable)
        finally:
            _leave(folder, users)


def lost(data_dir: Path, kinds: Iterable[str] = KINDS) -> list[str]:
    """Name the servers of this folder that do not run."""
    folders = {kind: data_dir.resolve() / "run" / kind for kind in kinds}
    return [kind for kind, folder in folders.items() if not is_held(folder / "keeper.lock")]


def _run_dir(data_dir: Path, kind: str) -> Path:
    folder = data_dir / "run" / kind
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(f"The data folder cannot be used (BOOKHUB_DATA_DIR): {error}") from error
    return folder


def _find_or_start(kind: str, data_dir: Path, *, durable: bool) -> str:
    folder = data_dir / "run" / kind
    with Lock(folder / "start.lock") as start:
        start.take()
        if not _keeper_is_ready(folder):
            _start_keeper(kind, data_dir, "durable" if durable else "forgetful")
        return (folder / "url").read_text()


def _keeper_is_ready(folder: Path) -> bool:
    """Tell whether a server runs; wait for one that is coming up or going down."""
    deadline = Deadline(WAIT_SECONDS)
    while is_held(folder / "keeper.lock"):
        if (folder / "url").exists():
            return True
        if not deadline.pause():
            raise StartError(f"The keeper of {folder} neither starts nor ends.")
    return False


def _start_keeper(kind: str, data_dir: Path, mode: str) -> None:
    with open_log(data_dir / "logs" / f"{kind}.log") as log:
        started = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "config.local.keeper", kind, str(data_dir), mode],
            cwd=PROJECT,
            # libpq would obey these, and mean another server.
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            stdin=subprocess.DEVNULL,
            # The keeper goes into the background, and closes its end when it has answered.
            stdout=subprocess.PIPE,
            stderr=log,
            check=False,
        )
    answer = started.stdout.decode().strip()
    if answer != "ready":
        raise StartError(answer or f"The keeper of {kind} broke; see {log.name}.")


def _leave(folder: Path, users: Lock) -> None:
    """Give up the server; who is the last one ends it, and returns when it is gone."""
    if not users.try_take():
        # Others stay, and this is granted at once; or the keeper is ending the server just now,
        # and this waits for it.
        users.share()
    elif is_held(folder / "keeper.lock"):
        with Lock(folder / "keeper.lock") as keeper:
            send(keeper.read_pid(), signal.SIGTERM)
            keeper.share()

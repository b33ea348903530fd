"""The process that keeps one embedded server: `python -m config.local.keeper KIND DATA_DIR MODE`.

Every user of the server holds a shared lock. The keeper ends the server when the last lock is
gone, so that a user who is killed leaves nothing behind; and the kernel ends the server when the
keeper is killed. See `servers` for the other side.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol

from config.local import keys
from config.local.locks import Lock
from config.local.processes import Deadline, StartError, open_log, say, send, tail

# Recovery after a power cut reads the write-ahead log, which takes its time.
START_SECONDS = 180
STOP_SECONDS = 20
POLL_SECONDS = 0.05


class Server(Protocol):
    """What the keeper asks of a kind of server."""

    stop_signal: signal.Signals
    user: int | None
    group: int | None

    def prepare(self) -> None: ...
    def command(self) -> list[str]: ...
    def open(self) -> str: ...
    def clean_up(self) -> None: ...


def server_of(kind: str, data_dir: Path, run_dir: Path, *, durable: bool) -> Server:
    """Make the server of this kind; each imports only what it needs."""
    if kind == "postgres":
        from config.local.postgres import Postgres  # noqa: PLC0415

        return Postgres(data_dir, run_dir, durable=durable)
    if kind == "sources":
        from config.local.sources import Sources  # noqa: PLC0415

        return Sources()
    from config.local.valkey import Valkey  # noqa: PLC0415

    return Valkey(data_dir, run_dir, durable=durable)


class Keeper:
    """One server's life, from clearing up after a former one to its end."""

    def __init__(self, kind: str, data_dir: Path, users: Lock, *, durable: bool) -> None:
        self.run_dir = data_dir / "run" / kind
        self.log = data_dir / "logs" / f"{kind}.log"
        self.server = server_of(kind, data_dir, self.run_dir, durable=durable)
        self.users = users
        self.alive = Lock(self.run_dir / "server.lock")
        self.told_to_stop = False
        signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, *_args: object) -> None:
        self.told_to_stop = True

    def run(self) -> None:
        """Start the server, say so, and stay until nobody uses it. Raises StartError."""
        (self.run_dir / "url").unlink(missing_ok=True)
        self._end_orphan()
        self.server.prepare()
        process = self._launch()
        try:
            keys.write_private(self.run_dir / "url", self._wait_until_open(process))
            _detach("ready")
            self._stay(process)
        finally:
            (self.run_dir / "url").unlink(missing_ok=True)
            self._stop(process)
            self.alive.close()
            self.server.clean_up()

    def _end_orphan(self) -> None:
        """Wait for, or end, a server whose keeper was killed: its lock tells that it lives."""
        for signum in (self.server.stop_signal, signal.SIGKILL):
            deadline = Deadline(STOP_SECONDS)
            while not self.alive.try_take():
                send(self.alive.read_pid(), signum)
                if not deadline.pause(0.2):
                    break
            else:
                return
        raise StartError(f"An old server does not end: process {self.alive.read_pid()}.")

    def _launch(self) -> subprocess.Popen[bytes]:
        """Start the server; it and its children inherit the lock, and hold it while they live."""
        self.alive.write_pid(0)
        with open_log(self.log) as log:
            process = subprocess.Popen(  # noqa: S603
                self.server.command(),
                user=self.server.user,
                group=self.server.group,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self.alive.fd],
            )
        self.alive.write_pid(process.pid)
        return process

    def _wait_until_open(self, process: subprocess.Popen[bytes]) -> str:
        deadline = Deadline(START_SECONDS)
        while process.poll() is None and not self.told_to_stop and deadline.pause():
            try:
                return self.server.open()
            except (ConnectionError, TimeoutError):
                continue
        raise StartError(f"A server did not start. {self.log} ends:\n{tail(self.log)}")

    def _stay(self, process: subprocess.Popen[bytes]) -> None:
        """Return when the server has ended, a user says so, or no user is left."""
        while process.poll() is None and not self.told_to_stop and not self.users.try_take():
            time.sleep(POLL_SECONDS)

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(self.server.stop_signal)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _detach(last_words: str) -> None:
    """Answer whoever started this keeper, and close the line: the keeper may outlive them."""
    say(last_words)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def main(kind: str, data_dir: Path, mode: str) -> int:
    """Keep a server in the background; on failure print why, and end with 1."""
    if os.fork():
        return 0
    # Ctrl-C on the terminal is for the users of the server, not for its keeper.
    os.setsid()
    run_dir = data_dir / "run" / kind
    # The keeper's own lock goes first at the end: whoever gets in after the users' lock is free
    # must not take a keeper on its way out for a living one.
    with Lock(run_dir / "users.lock") as users, Lock(run_dir / "keeper.lock") as keeper:
        keeper.take()
        keeper.write_pid(os.getpid())
        try:
            Keeper(kind, data_dir, users, durable=mode == "durable").run()
        except (StartError, OSError) as error:
            say(str(error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))

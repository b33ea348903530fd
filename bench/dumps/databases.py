"""The databases of a run: the floor's, and the project's, which is empty and migrated each time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config.local.processes import PROJECT

if TYPE_CHECKING:
    from typing import LiteralString

FLOOR, PROJECT_NAME, TEMPLATE = "bookhub_dumps_floor", "bookhub_dumps", "bookhub_dumps_empty"


@dataclass(frozen=True)
class Databases:
    """Those on one server, reached as its owner."""

    server: str

    def url(self, name: str) -> str:
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    @property
    def project(self) -> dict[str, str]:
        """Give the variables with which the project works on its database."""
        url = self.url(PROJECT_NAME)
        return {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}

    def prepare(self) -> None:
        """Migrate the database of which the project's is a copy."""
        with psycopg.connect(self.server, autocommit=True) as server:
            found = server.execute(
                "SELECT FROM pg_database WHERE datname = %s", [TEMPLATE]
            ).fetchone()
            if found is None:
                _execute(server, "CREATE DATABASE {}", TEMPLATE)
        url = self.url(TEMPLATE)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=PROJECT,
            env=os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url},
            check=True,
        )

    def fresh(self, name: str) -> str:
        """Make one of them anew; gives its URL."""
        with psycopg.connect(self.server, autocommit=True) as server:
            _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            # Makes a checkpoint: what the one before has left to be written is not this one's.
            made = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
            _execute(server, made, name, "template1" if name == FLOOR else TEMPLATE)
        return self.url(name)


def _execute(server: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

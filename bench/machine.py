"""What a run was measured on, for the page."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from config.local.processes import PROJECT

if TYPE_CHECKING:
    import psycopg

GIBIBYTE = 2**30


def facts(database: psycopg.Connection, works: int, rounds: int, seconds: float) -> list[str]:
    return [
        *machine(database),
        f"{works:,} works in the catalog, a shelf of {_shelf(database):,}",
        f"{rounds} rounds, {seconds:g} s a path and server in each",
        when(),
    ]


def machine(database: psycopg.Connection) -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIBIBYTE
    server = database.info.parameter_status("server_version")
    return [
        f"{os.cpu_count()} cores and {memory:.0f} GiB, which servers, database and client share",
        f"{platform.system()}, Python {platform.python_version()}, PostgreSQL {server}",
    ]


def when() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}, commit {_commit()}"


def _shelf(database: psycopg.Connection) -> int:
    found = database.execute("SELECT max(work_count) FROM profiles").fetchone()
    return int(found[0]) if found else 0


def _commit() -> str:
    """Name the commit, and whether files were changed since; empty outside a clone."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],  # noqa: S607
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or "unknown"

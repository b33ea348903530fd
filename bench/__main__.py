"""`make bench`: fill, start, measure, write docs/performance.md."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

import django
import psycopg

from bench import report, run, seeding
from bench.machine import facts
from bench.page import PAGE, kept
from bench.servers import all_running
from config.local.environment import data_dir, for_local, with_servers
from config.local.processes import PROJECT, StartError, say

if TYPE_CHECKING:
    from pathlib import Path

QUICK_SECONDS = 0.1


def main() -> int:
    arguments = _arguments()
    folder = data_dir() / "bench"
    os.environ.update(for_local(folder))
    try:
        with with_servers(folder) as urls:
            os.environ.update(urls)
            _bench(arguments, folder)
    except StartError as error:
        say(str(error))
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--works", type=int, default=100_000, help="works in the catalog")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="a path and server, each round")
    parser.add_argument("--quick", action="store_true", help="a try, with rougher figures")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds = QUICK_SECONDS
    return arguments


def _bench(arguments: argparse.Namespace, folder: Path) -> None:
    server = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    url = seeding.database_for(server, arguments.works)
    os.environ.update(DATABASE_URL=url, DATABASE_OWNER_URL=url)
    django.setup()
    with (
        psycopg.connect(url, autocommit=True) as database,
        all_running(folder / "logs") as ports,
    ):
        figures = _measured(database, ports, arguments)
    PAGE.write_text(kept(report.page(figures), PAGE.read_text()))
    report.unmet(figures, say)
    say(f"written: {PAGE.relative_to(PROJECT)}")


def _measured(
    database: psycopg.Connection, ports: dict[str, int], arguments: argparse.Namespace
) -> report.Run:
    rounds, seconds = arguments.rounds, arguments.seconds
    paths = run.measure(database, ports, rounds=rounds, seconds=seconds)
    return report.Run(
        facts=facts(database, arguments.works, rounds, seconds),
        paths=paths,
        overhead=run.overhead(ports[report.FLOOR], seconds),
    )


if __name__ == "__main__":
    sys.exit(main())

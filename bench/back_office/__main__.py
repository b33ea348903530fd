"""`make bench-back-office`: fill, open every page, write its part of docs/performance.md."""

from __future__ import annotations

import argparse
import os
import sys

import django
import psycopg

from bench import page
from bench.back_office import report, rows
from bench.machine import machine, when
from config.local.environment import data_dir, for_local, with_servers
from config.local.processes import PROJECT, StartError, say


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench-back-office", description=__doc__)
    parser.add_argument("--works", type=int, default=1_000_000, help="works in the catalog")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    folder = data_dir() / "bench"
    os.environ.update(for_local(folder))
    try:
        with with_servers(folder) as urls:
            os.environ.update(urls)
            _run(arguments)
    except StartError as error:
        say(str(error))
        return 1
    return 0


def _run(arguments: argparse.Namespace) -> None:
    server = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    url = rows.database_for(server, arguments.works)
    os.environ.update(DATABASE_URL=url, DATABASE_OWNER_URL=url)
    django.setup()
    # Its modules are the project's, which cannot be read before.
    from bench.back_office import pages  # noqa: PLC0415

    found = pages.measured(max(1, arguments.rounds))
    with psycopg.connect(url) as database:
        load = f"load average: {os.getloadavg()[0]:.1f}"
        size = f"{arguments.works:,} works; rounds: {arguments.rounds}"
        facts = [*machine(database), size, load, when()]
    page.PAGE.write_text(page.put(page.PAGE.read_text(), report.PART, report.section(facts, found)))
    for each in found:
        if not report.is_met(each):
            say(f"{each.path}: {each.status}, {each.queries} queries, {each.p50:.0f} ms")
    say(f"written: {page.PAGE.relative_to(PROJECT)}")


if __name__ == "__main__":
    sys.exit(main())

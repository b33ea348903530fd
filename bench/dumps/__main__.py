"""`python -m bench.dumps`: make dumps with a known truth, or measure how they are loaded."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import psycopg

from bench import page
from bench.dumps.generator import make
from bench.machine import machine, when
from bench.page import PAGE
from config.local.environment import data_dir, for_local, with_servers
from config.local.processes import PROJECT, StartError, say

OTHER_SIZES = (0.1, 1, 3)
"""In millions of records."""


def main() -> int:
    arguments = _arguments()
    if arguments.command == "make":
        _make(arguments)
        return 0
    folder = data_dir() / "bench"
    os.environ.update(for_local(folder))
    try:
        with with_servers(folder) as urls:
            os.environ.update(urls)
            _run(arguments, folder)
    except StartError as error:
        say(str(error))
        return 1
    return 0


def _make(arguments: argparse.Namespace) -> None:
    began = time.perf_counter()
    truth = make(arguments.folder, _sizes(arguments), arguments.seed, arguments.month)
    say(f"{arguments.folder}: {dict(truth['rows'])} in {time.perf_counter() - began:.1f} s")


def _run(arguments: argparse.Namespace, folder: Path) -> None:
    """Measure, and write the page."""
    # It reads the settings, and these the environment.
    from bench.dumps import report, run  # noqa: PLC0415
    from bench.dumps.databases import Databases  # noqa: PLC0415

    databases = Databases(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])
    databases.prepare()
    first, second = (
        run.month(folder / "dumps", _sizes(arguments), arguments.seed, number) for number in (1, 2)
    )
    load = f"load average before the run: {os.getloadavg()[0]:.1f}"
    rounds = [
        run.measure(databases, (first, second), folder / "logs")
        for _ in range(max(1, arguments.rounds))
    ]
    sizes = []
    for millions in OTHER_SIZES if arguments.linear else ():
        authors, works, editions = (round(share * millions / 1.1) for share in run.SHARES)
        wanted = authors, works, editions
        month = run.month(folder / "dumps", wanted, arguments.seed, 1)
        sizes.append((month.lines, run.first_load(databases, month)))
    with psycopg.connect(databases.server) as database:
        facts = [*machine(database), load, _about(arguments), when()]
    measured = report.Run(
        facts=facts,
        lines=(first.lines, second.lines),
        samples=sum(map(len, first.truth["samples"].values())),
        rounds=rounds,
        sizes=sizes,
    )
    PAGE.write_text(page.put(PAGE.read_text(), report.PART, report.section(measured)))
    say(f"written: {PAGE.relative_to(PROJECT)}")


def _about(arguments: argparse.Namespace) -> str:
    authors, works, editions = (f"{size:,}" for size in _sizes(arguments))
    return (
        f"{authors} authors, {works} works and {editions} editions, seed {arguments.seed};"
        f" rounds: {arguments.rounds}"
    )


def _sizes(arguments: argparse.Namespace) -> tuple[int, int, int]:
    return arguments.authors, arguments.works, arguments.editions


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.dumps", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="write the dumps of a month, and truth.json")
    making.add_argument("folder", type=Path)
    making.add_argument("--month", type=int, default=1, help="2 for the next month's, and so on")
    running = commands.add_parser("run", help="measure, and write docs/performance.md")
    running.add_argument("--rounds", type=int, default=3)
    running.add_argument("--linear", action="store_true", help="also other sizes, up to 3 millions")
    for each in (making, running):
        _add_sizes(each)
    return parser.parse_args()


def _add_sizes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--authors", type=int, default=200_000)
    parser.add_argument("--works", type=int, default=400_000)
    parser.add_argument("--editions", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1)


if __name__ == "__main__":
    sys.exit(main())

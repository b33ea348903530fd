"""`python -m bench.dumps`: make dumps with a known truth, or measure how they are loaded."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench.dumps.generator import make
from config.local.processes import say


def main() -> int:
    arguments = _arguments()
    began = time.perf_counter()
    truth = make(arguments.folder, _sizes(arguments), arguments.seed, arguments.month)
    say(f"{arguments.folder}: {truth['rows']} in {time.perf_counter() - began:.1f} s")
    return 0


def _sizes(arguments: argparse.Namespace) -> tuple[int, int, int]:
    return arguments.authors, arguments.works, arguments.editions


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.dumps", description=__doc__)
    commands = parser.add_subparsers(required=True)
    making = commands.add_parser("make", help="write the dumps of a month, and truth.json")
    making.add_argument("folder", type=Path)
    making.add_argument("--month", type=int, default=1, help="2 for the next month's, and so on")
    _add_sizes(making)
    return parser.parse_args()


def _add_sizes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--authors", type=int, default=200_000)
    parser.add_argument("--works", type=int, default=400_000)
    parser.add_argument("--editions", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1)


if __name__ == "__main__":
    sys.exit(main())

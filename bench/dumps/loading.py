"""One run of the command that loads dumps, timed and watched; one of the floor."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from bench.dumps.databases import FLOOR
from bench.dumps.memory import watched
from config.local.processes import PROJECT, StartError

if TYPE_CHECKING:
    from pathlib import Path

    from bench.dumps.databases import Databases
    from bench.dumps.memory import Peak

MANAGE = [sys.executable, "manage.py"]
REFUSED = "refused_lines.tsv"


@dataclass(frozen=True)
class Load:
    seconds: float
    peak: Peak
    refused: Counter[str]
    """How many lines were refused, by reason."""


def load(databases: Databases, folder: Path) -> Load:
    """Load the dumps of a folder with `import_openlibrary_dump`; StartError when it fails."""
    refused = folder.parent / REFUSED
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  (names of ours alone)
        [*MANAGE, "import_openlibrary_dump", str(folder), "--refused", str(refused)],
        cwd=PROJECT,
        env=os.environ | databases.project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with watched(process.pid) as peak:
        said, _ = process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise StartError(f"import_openlibrary_dump ended with {process.returncode}:\n{said}")
    return Load(seconds, peak, _reasons(refused))


def _reasons(refused: Path) -> Counter[str]:
    """Count the reasons in the file of refused lines, the third of its columns."""
    with refused.open(encoding="utf-8") as lines:
        next(lines)
        return Counter(line.split("\t")[2] for line in lines)


def floor(databases: Databases, folder: Path) -> dict[str, float]:
    """Give the seconds of each part of the floor."""
    url = databases.fresh(FLOOR)
    asked = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bench.dumps.floor", str(folder), url],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise StartError(f"The floor ended with {asked.returncode}:\n{asked.stderr}")
    parts: dict[str, float] = orjson.loads(asked.stdout)
    return parts

"""The steps that read the files, in processes of their own: Python uses all cores that way."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings

from enrichment.dumps.connections import conninfo
from enrichment.dumps.kinds import Kind
from enrichment.dumps.lines import DumpFileError
from enrichment.dumps.schema import SCHEMA
from enrichment.dumps.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import psycopg

    from enrichment.dumps.steps import Result


FILLED = {
    Kind.AUTHORS: ("staged_authors",),
    Kind.WORKS: ("staged_works", "staged_links"),
    Kind.EDITIONS: ("staged_editions", "staged_isbns"),
    Kind.REDIRECTS: (),
    Kind.DELETES: ("staged_deletes",),
}


class ReaderLostError(Exception):
    """A reading process lost the database, or ended without a word: killed, or out of memory."""


class Reading:
    """Reads the files of a load; `tell` hears of a file's kind, its bytes and its lines."""

    def __init__(
        self, files: Mapping[Kind, Path], tell: Callable[[Kind, int, int], None], *, force: bool
    ) -> None:
        self._files, self._tell, self._force = files, tell, force
        self._processes: list[subprocess.Popen[str]] = []
        self._idle: queue.SimpleQueue[subprocess.Popen[str]] = queue.SimpleQueue()

    def steps(self) -> list[Step]:
        """Give a step for each kind, one that reads nothing for a kind without a file.

        The largest file comes first, and beside it the others: what follows from them can begin
        while it is still being read.
        """
        order = (Kind.EDITIONS, Kind.REDIRECTS, Kind.AUTHORS, Kind.WORKS, Kind.DELETES)
        return [
            Step(f"read_{kind}", f"reading {kind}", self._run(kind), is_atomic=False)
            for kind in order
        ]

    def stop(self) -> None:
        """End the processes; what they were reading is lost."""
        for process in self._processes:
            process.kill()
            process.communicate()

    def _run(self, kind: Kind) -> Callable[[psycopg.Connection], Result]:
        def run(connection: psycopg.Connection) -> Result:
            path = self._files.get(kind)
            if path is None:
                return {"rows": 0, "lines": 0, "refused": {}}
            _empty(connection, kind, path.name)
            result = self._read(kind, path)
            for table in FILLED[kind]:
                connection.execute(f"ANALYZE {SCHEMA}.{table}".encode())
            return result

        return run

    def _read(self, kind: Kind, path: Path) -> Result:
        process = self._take_process()
        asked = {"kind": kind, "path": str(path), "conninfo": conninfo(), "force": self._force}
        result = self._listen(kind, process, asked)
        self._idle.put(process)
        return result

    def _take_process(self) -> subprocess.Popen[str]:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            process = subprocess.Popen(
                [sys.executable, "-m", "enrichment.dumps.reader"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=settings.BASE_DIR,
            )
            self._processes.append(process)
            return process

    def _listen(self, kind: Kind, process: subprocess.Popen[str], asked: dict[str, Any]) -> Result:
        assert process.stdin is not None  # noqa: S101  (both are pipes)
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(f"{json.dumps(asked)}\n")
        process.stdin.flush()
        for line in process.stdout:
            message = json.loads(line)
            if "broken" in message:
                raise DumpFileError(message["broken"])
            if "lost" in message:
                raise ReaderLostError(message["lost"])
            if "staged" in message:
                result: Result = message["staged"]
                return result
            self._tell(kind, message["bytes"], message["lines"])
        raise ReaderLostError(f"The process that read {asked['path']} was killed")


def _empty(connection: psycopg.Connection, kind: Kind, file: str) -> None:
    """Take away what an earlier run has read of this file before it was cut off."""
    for table in FILLED[kind]:
        connection.execute(f"TRUNCATE {SCHEMA}.{table}".encode())
    refused = f"DELETE FROM {SCHEMA}.refused_lines WHERE file = %s"  # noqa: S608  (a constant)
    connection.execute(refused.encode(), [file])

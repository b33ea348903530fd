"""A process that reads files of a dump, one after the other, as it is asked on standard input.

A line of JSON comes in for each file; lines go out: `{"bytes": ..., "lines": ...}` now and then,
in the end `{"staged": {...}}`, or `{"broken": "..."}` of the file, `{"lost": "..."}` of the server.
It ends when nobody asks or listens any more.
Django is not set up here: to start it would take longer than reading a small file.
"""

from __future__ import annotations

import gc
import json
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from enrichment.dumps.kinds import Kind
from enrichment.dumps.lines import DumpFileError
from enrichment.dumps.staging import Staged, stage


def main() -> None:
    # Records hold no cycles, and to look for some among millions takes its time.
    gc.disable()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            _tell({"staged": asdict(_staged(asked))})
        except DumpFileError as exc:
            _tell({"broken": str(exc)})
        except psycopg.Error as exc:
            _tell({"lost": str(exc)})


def _staged(asked: dict[str, Any]) -> Staged:
    return stage(
        Kind(asked["kind"]),
        Path(asked["path"]),
        asked["conninfo"],
        lambda read, lines: _tell({"bytes": read, "lines": lines}),
        force=asked["force"],
    )


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(message)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # Who listened may have been killed, and has nobody to tell.
    with suppress(BrokenPipeError):
        main()

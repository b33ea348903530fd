"""A process that reads one file of a dump: told what to do on standard input, tells how it goes.

Lines of JSON go out: `{"bytes": ..., "lines": ...}` now and then, in the end `{"staged": {...}}` or
`{"broken": "..."}`. It ends when nobody listens any more. Django is not set up here: to start it
would take longer than reading a small file.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from enrichment.dumps.kinds import Kind
from enrichment.dumps.lines import DumpFileError
from enrichment.dumps.staging import stage


def main() -> None:
    asked = json.load(sys.stdin)
    try:
        staged = stage(
            Kind(asked["kind"]),
            Path(asked["path"]),
            asked["conninfo"],
            lambda read, lines: _tell({"bytes": read, "lines": lines}),
            force=asked["force"],
        )
    except DumpFileError as exc:
        _tell({"broken": str(exc)})
    else:
        _tell({"staged": asdict(staged)})


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(message)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

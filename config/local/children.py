"""The children of `make run`: their logs, the few lines that reach the terminal, their end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.local.processes import PROJECT, Deadline, dying_with_parent, open_log, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

QUIET_LEVELS = {"debug", "info"}
# The levels in the plain formats of gunicorn and Celery: `[INFO]`, `[...: INFO/MainProcess]`.
QUIET_TEXT = re.compile(r"\[(?:[^]]*: )?(?:DEBUG|INFO)[]/]")
# The log's own fields, which say where a line comes from and not what has happened.
OF_EVERY_LINE = {"event", "level", "logger", "timestamp", "exception"}
OF_EVERY_LINE |= {"request_id", "user_id", "task_id", "parent_task_id"}
# Beyond this a terminal helps nobody; the log has it all.
SHOWN_LINES = 200
SHOWN_WIDTH = 300

# What to send, and how many seconds to wait. SIGQUIT makes Celery give a running task back to
# its queue, which a kill would leave to the broker's visibility timeout.
ENDINGS = ((signal.SIGTERM, 8), (signal.SIGQUIT, 4), (signal.SIGKILL, 4))


@dataclass(frozen=True)
class Part:
    """Something to run: its name, its command, and whether it answers."""

    name: str
    command: list[str]
    is_up: Callable[[], bool]


class Child:
    """A running part, in a process group of its own: Ctrl-C reaches it through us alone."""

    def __init__(self, part: Part, logs: Path) -> None:
        self.part, self.logs = part, logs
        self.began = time.monotonic()
        self.log = logs / f"{part.name}.log"
        self.process = subprocess.Popen(  # noqa: S603
            [*dying_with_parent("TERM"), *part.command],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        """Write every line to the log, and the first ones that matter to the terminal."""
        shown = 0
        with self.process, open_log(self.log) as log:
            for line in self.process.stdout or ():
                log.write(line)
                text = worth_showing(line)
                if text and shown < SHOWN_LINES:
                    shown += 1
                    say(f"{self.part.name:>6} | {text}")

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def lived(self, seconds: float) -> bool:
        """Tell whether it ran that long, which says that it can."""
        return time.monotonic() - self.began > seconds

    def started_again(self) -> Child:
        """Start the part anew, once nothing of this one is left."""
        self.signal(signal.SIGKILL)
        self.reader.join(timeout=1)
        return Child(self.part, self.logs)

    def signal(self, signum: int) -> None:
        """Signal the part, or its whole process group when it is to be killed."""
        send = os.killpg if signum == signal.SIGKILL else os.kill
        try:
            send(self.process.pid, signum)
        except (ProcessLookupError, PermissionError):
            # It has ended; macOS says so by refusing the permission.
            return


def stop(children: Sequence[Child], is_urgent: Callable[[], bool]) -> None:
    """End all children and whatever they have started; urgency cuts the waiting short."""
    for signum, seconds in ENDINGS:
        running = [child for child in children if not child.has_ended()]
        for child in running:
            child.signal(signum)
        deadline = Deadline(seconds)
        while any(not child.has_ended() for child in running) and not is_urgent():
            if not deadline.pause():
                break
    for child in children:
        child.signal(signal.SIGKILL)
        child.reader.join(timeout=1)


def worth_showing(line: bytes) -> str:
    """Give the text of a log line for the terminal: nothing for an entry below a warning."""
    text = line.decode(errors="replace").rstrip()
    entry = _entry(text)
    if entry is None:
        text = "" if QUIET_TEXT.search(text) else text
    else:
        level = str(entry.get("level", "info")).lower()
        text = "" if level in QUIET_LEVELS else f"{level}: {_told(entry)}"
    return text[:SHOWN_WIDTH]


def _told(entry: dict[str, Any]) -> str:
    """Give the event with what it is about, and the last line of a traceback."""
    known = {name: value for name, value in entry.items() if value is not None}
    about = [f"{name}={known[name]}" for name in known if name not in OF_EVERY_LINE]
    trace = str(entry.get("exception", "")).strip().splitlines()[-1:]
    return " ".join([str(entry.get("event")), *about, *trace])


def _entry(text: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(text)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None

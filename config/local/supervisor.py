"""Watching the children of `make run`: all are up, or all come down.

One that ends after it has run for a while (somebody killed the worker, to see what happens) is
started again; one that ends at once would only do so again.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from config.local.children import Child, stop
from config.local.processes import Deadline, say, tail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from config.local.children import Part

READY_SECONDS = 120
POLL_SECONDS = 0.1
STEADY_SECONDS = 10


class StopRequest:
    """Whether somebody wants an end: by a signal, or because whoever started us is gone.

    `make` that is killed cannot pass that on; its death is seen by a new parent.
    """

    def __init__(self) -> None:
        self.signals = 0
        self.parent = os.getppid()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # `nohup` means what it says; a shell's background job must still hear SIGINT.
            if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:
                signal.signal(signum, self._count)

    def _count(self, *_args: object) -> None:
        self.signals += 1

    def is_made(self) -> bool:
        return self.signals > 0 or os.getppid() != self.parent

    def is_urgent(self) -> bool:
        """Tell whether it was made twice."""
        return self.signals > 1


def supervise(
    parts: Sequence[Part],
    logs: Path,
    request: StopRequest,
    *,
    ready: str,
    lost: Callable[[], list[str]],
) -> int:
    """Run the parts side by side until a stop is requested; say `ready` once all are up.

    Gives the exit code: 0 after a requested stop, 1 when a part or a server (one that `lost`
    names) has ended by itself, or when the parts do not come up.
    """
    children: list[Child] = []
    try:
        children.extend(Child(part, logs) for part in parts)
        problem = _watch(children, request, ready=ready, lost=lost)
    finally:
        stop(children, request.is_urgent)
    if problem:
        say(problem)
    return 1 if problem else 0


def _watch(
    children: list[Child],
    request: StopRequest,
    *,
    ready: str,
    lost: Callable[[], list[str]],
) -> str | None:
    """Give what went wrong, or None when a stop was requested."""
    waiting = list(children)
    deadline = Deadline(READY_SECONDS)
    while not request.is_made():
        if not waiting:
            _restart_ended(children)
        problem = _problem(children, lost())
        if problem or (waiting and deadline.passed()):
            return problem or _not_up(waiting)
        if waiting:
            waiting = [child for child in waiting if not child.part.is_up()]
            if not waiting:
                say(ready)
        time.sleep(POLL_SECONDS)
    say("stopping")
    return None


def _restart_ended(children: list[Child]) -> None:
    for place, child in enumerate(children):
        if child.has_ended() and child.lived(STEADY_SECONDS):
            say(f"{child.part.name} has ended ({child.process.returncode}), and is started again")
            children[place] = child.started_again()


def _problem(children: Sequence[Child], lost: Sequence[str]) -> str | None:
    for child in children:
        if child.has_ended():
            code = child.process.returncode
            # The last lines may still be on their way into the log.
            child.reader.join(timeout=1)
            return f"{child.part.name} has ended (exit code {code}). {_end_of(child.log)}"
    return f"The embedded server has ended: {', '.join(lost)}." if lost else None


def _not_up(waiting: Sequence[Child]) -> str:
    names = ", ".join(child.part.name for child in waiting)
    return f"No answer for {READY_SECONDS} seconds from: {names}. {_end_of(waiting[0].log)}"


def _end_of(log: Path) -> str:
    return f"{log} ends:\n{tail(log)}"

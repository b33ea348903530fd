"""How much memory a process and its children take at the most, all together."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 0.1
"""Between two looks."""
MEBIBYTE = 2**20


@dataclass
class Peak:
    """Bytes at the worst moment: of all processes, and of the largest of them."""

    together: int = 0
    largest: int = 0
    processes: int = 0


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Look at a process and its children for a block."""
    peak, is_over = Peak(), threading.Event()
    thread = threading.Thread(target=_watch, args=[pid, peak, is_over])
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()


def _watch(pid: int, peak: Peak, is_over: threading.Event) -> None:
    while not is_over.wait(SECONDS):
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(pid)
            sizes = [_size(each) for each in (parent, *parent.children(recursive=True))]
            peak.together = max(peak.together, sum(sizes))
            peak.largest = max(peak.largest, *sizes)
            peak.processes = max(peak.processes, len(sizes))


def _size(process: psutil.Process) -> int:
    """Give what a process takes; pages of several are divided among them where that is told."""
    try:
        found = process.memory_full_info()
        return int(getattr(found, "pss", 0) or found.uss)
    except psutil.Error:
        return 0

"""Advisory locks on files, which the kernel takes back when their holder dies in whatever way."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path


class Lock:
    """One open lock file; closing it, also by dying, gives the lock back.

    The file may carry the process id of its exclusive holder. That id is to be trusted only
    while `is_held` says so: a dead holder's id may belong to a stranger by now.
    """

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def share(self) -> None:
        """Wait for a shared lock."""
        fcntl.flock(self.fd, fcntl.LOCK_SH)

    def take(self) -> None:
        """Wait for the exclusive lock."""
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def try_share(self) -> bool:
        """Share the lock if that is possible at once; else hold none."""
        return self._try(fcntl.LOCK_SH)

    def try_take(self) -> bool:
        """Take the exclusive lock if that is possible at once; else hold none."""
        return self._try(fcntl.LOCK_EX)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        os.close(self.fd)

    def write_pid(self, pid: int) -> None:
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, str(pid).encode(), 0)

    def read_pid(self) -> int | None:
        """Give the process id in the file; None while its holder has not written one."""
        return int(os.pread(self.fd, 20, 0) or 0) or None


def is_held(path: Path) -> bool:
    """Tell whether some process holds the exclusive lock on this file."""
    with Lock(path) as lock:
        return not lock.try_share()

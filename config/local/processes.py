"""What the local processes share: dying with their parent, logs, stopping."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

PROJECT = Path(__file__).resolve().parents[2]
LOG_LIMIT = 5_000_000


class StartError(Exception):
    """Something local did not start; the message is for the person at the terminal."""


def say(text: str) -> None:
    """Print a line at once, also into a pipe; `make run | head` is no reason to end."""
    with suppress(BrokenPipeError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


@cache
def works(*command: str) -> bool:
    """Tell whether this harmless command exists and ends well."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603


def dying_with_parent(name: str) -> list[str]:
    """Give a command prefix by which the kernel signals the process when its parent has died.

    Empty where util-linux is missing (macOS, Alpine); there, the next start clears up.
    """
    prefix = ["setpriv", "--pdeathsig", name]
    return prefix if works(*prefix, "true") else []


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; one that has grown large becomes `<name>.1` first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab", buffering=0)


def tail(path: Path, lines: int = 15) -> str:
    """Give the last lines of a log, indented, to be shown with an error."""
    if not path.exists():
        return ""
    last = path.read_bytes()[-20_000:].decode(errors="replace").splitlines()[-lines:]
    return "\n".join(f"    {line[:300]}" for line in last)


def send(pid: int | None, signum: int) -> None:
    """Send a signal to a process that may be gone by now."""
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signum)


def package_dir(name: str) -> Path:
    """Give where an installed package lies, without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise StartError(f"The package {name} is not installed: pip install -r requirements.txt.")
    return Path(spec.origin).parent


class Deadline:
    """A moment by which something must have happened."""

    def __init__(self, seconds: float) -> None:
        self.moment = time.monotonic() + seconds

    def passed(self) -> bool:
        return time.monotonic() > self.moment

    def pause(self, seconds: float = 0.02) -> bool:
        """Sleep a little; tell whether there is still time."""
        time.sleep(seconds)
        return not self.passed()

"""Run a command with embedded servers: `python -m config.local.exec -- COMMAND ...`.

The command finds DATABASE_URL and REDIS_URL in its environment, and nothing else of a local
start: what it runs keeps the settings of production.
"""

from __future__ import annotations

import os
import subprocess
import sys

from config.local.environment import data_dir, with_servers
from config.local.processes import dying_with_parent


def main(arguments: list[str]) -> int:
    """Give the command's exit code, or 2 when there is no command."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    command = [*dying_with_parent("TERM"), *command]
    with with_servers(data_dir()) as urls:
        done = subprocess.run(command, env={**os.environ, **urls}, check=False)  # noqa: S603
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

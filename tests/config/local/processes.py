"""Processes beside the test, what they hold, and what they have left behind."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg

from config.local.locks import Lock, is_held
from config.local.processes import PROJECT

KINDS = ("postgres", "valkey")

HOLD = """
import sys, time
from pathlib import Path
from config.local import servers
with servers.running(Path(sys.argv[1])) as urls:
    print(urls.database_url, flush=True)
    sys.stdin.read()
"""


def python(*arguments, **options):
    inherited = {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PORT", "BOOKHUB_LOCAL"}
    clean = {name: value for name, value in os.environ.items() if name not in inherited}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={**clean, **options.pop("env", {})},
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


@contextmanager
def holder(folder):
    """Another process that uses the servers until its standard input ends."""
    with python("-c", HOLD, str(folder), stdin=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith("postgres://")
        yield process


def holds_within(seconds, condition):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def lock_of(folder, kind, name):
    return folder / "run" / kind / f"{name}.lock"


def all_gone(folder):
    return not any(
        is_held(lock_of(folder, kind, name)) for kind in KINDS for name in ("keeper", "server")
    )


def holder_of(path):
    with Lock(path) as lock:
        return lock.read_pid()


def query(url, sql):
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else None

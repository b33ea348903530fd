"""Gives a pytest run what it needs: `pytest -p config.local.pytest_plugin`.

pytest-django loads the settings before any conftest is read, so a conftest would come too late.
The servers are not those of `make run`, and forget everything when they crash. Workers of
pytest-xdist inherit the environment, and so find everything in place.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from config.local.environment import data_dir, for_local, with_servers
from config.local.processes import PROJECT

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


def _keep_bytecode(folder: Path) -> None:
    """Compile each module once and not for every process of every run.

    Who wants no bytecode beside the sources finds it in pytest's own folder. (The data folder may
    not be there yet, and Python would make it for everybody to read.)
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(folder)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# As early as can be: other plugins are imported before the first hook.
_keep_bytecode(PROJECT / ".pytest_cache" / "bytecode")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    folder = data_dir() / "test"
    stack = ExitStack()
    early_config.add_cleanup(stack.close)
    os.environ.update(for_local(folder))
    os.environ.update(stack.enter_context(with_servers(folder, durable=False)))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        os.environ["REDIS_URL"] = _database_of(worker, os.environ["REDIS_URL"])
    return (yield)


def _database_of(worker: str, redis_url: str) -> str:
    """Give each worker ("gw0") a Redis database of its own: tests empty it before they begin."""
    number = int(worker.removeprefix("gw")) + 1
    return urlsplit(redis_url)._replace(path=f"/{number}").geturl()

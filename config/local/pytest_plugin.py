"""Gives a pytest run what it needs: `pytest -p config.local.pytest_plugin`.

pytest-django loads the settings before any conftest is read, so a conftest would come too late.
The servers are not those of `make run`, and forget everything when they crash. Workers of
pytest-xdist inherit the environment, and so find everything in place.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from config.local.environment import data_dir, for_local, with_servers

if TYPE_CHECKING:
    from collections.abc import Generator


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

"""A data folder for the servers, and a laptop on which nothing is configured."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from config.local import servers


@pytest.fixture(scope="package")
def folder():
    """A data folder with a short path, used by one test after the other."""
    path = Path(tempfile.mkdtemp(prefix="bookhub-test-", dir="/tmp"))
    # Making the cluster waits for the disk unless it may be forgotten.
    with servers.running(path, durable=False):
        pass
    yield path
    shutil.rmtree(path)


@pytest.fixture
def bare_environment(monkeypatch):
    """A laptop on which nothing is configured."""
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "JWT_SIGNING_KEY", "BOOKHUB_LOCAL"):
        monkeypatch.delenv(name, raising=False)
    saved = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(saved)

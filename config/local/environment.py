"""The environment of a laptop: what is not set already, the local start fills in."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from config.local import keys, sources
from config.local.processes import PROJECT
from config.local.servers import borrowed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SERVERS = {"DATABASE_URL": "postgres", "REDIS_URL": "valkey"}
# `help` reads the settings and asks no server.
NOWHERE = {
    "DATABASE_URL": "postgres://bookhub@127.0.0.1:1/bookhub",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
ASKS_NO_SERVER = {"help", "version", "--version", "--help", "-h"}


def data_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """Give the absolute data folder: BOOKHUB_DATA_DIR, seen from the project's root."""
    return (PROJECT / (environment.get("BOOKHUB_DATA_DIR") or "var")).resolve()


def for_local(folder: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give the variables that a local start needs and that are not set, servers aside."""
    made = keys.read(folder)
    wanted = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "BOOKHUB_LOCAL": "1",
        "BOOKHUB_DATA_DIR": str(folder),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "SECRET_KEY": made["SECRET_KEY"],
        "JWT_SIGNING_KEY": made["JWT_SIGNING_KEY"],
    }
    return {name: value for name, value in wanted.items() if not environment.get(name)}


@contextmanager
def with_servers(folder: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Have embedded servers for a block, each only if its variable is not set; give their URLs.

    Raises StartError when one does not start.
    """
    with ExitStack() as stack:
        yield {
            variable: stack.enter_context(borrowed(kind, folder, durable=durable))
            for variable, kind in SERVERS.items()
            if not os.environ.get(variable)
        }


@contextmanager
def with_sources(folder: Path) -> Iterator[dict[str, str]]:
    """Have the stand-in for the sources for a block, if it is wanted; give what points at it.

    Raises StartError when it does not start.
    """
    if not sources.are_offline(os.environ):
        yield {}
        return
    with borrowed("sources", folder) as url:
        yield sources.variables(url, os.environ)


@contextmanager
def for_command(arguments: Sequence[str]) -> Iterator[None]:
    """Let a `manage.py` command find what it needs.

    A SECRET_KEY, or servers of one's own, say that this is no laptop: nothing is touched then, and
    the settings refuse what is missing.
    """
    names = ("SECRET_KEY",) if os.environ.get("SECRET_KEY") else tuple(SERVERS)
    if all(os.environ.get(name) for name in names):
        yield
        return
    folder = data_dir()
    os.environ.update(for_local(folder))
    if len(arguments) < 2 or ASKS_NO_SERVER.intersection(arguments):  # noqa: PLR2004
        os.environ.update({name: os.environ.get(name) or url for name, url in NOWHERE.items()})
        yield
        return
    with with_servers(folder) as urls, with_sources(folder) as stand_in:
        os.environ.update({**urls, **stand_in})
        yield

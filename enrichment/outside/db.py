"""The database's connections while somebody else's server is waited for."""

from __future__ import annotations

from typing import Any

from django.db import connections


def let_go() -> None:
    """Give this thread's connections back to the pool; the next statement takes one anew.

    Raises RuntimeError inside a transaction: its locks would be held for as long as somebody else's
    server takes. As with Django's own `durable`, one that a test is wrapped in does not count.
    """
    for connection in connections.all(initialized_only=True):
        blocks: list[Any] = connection.atomic_blocks
        if not blocks:
            connection.close()
        elif not blocks[-1]._from_testcase:  # noqa: SLF001
            raise RuntimeError("Nothing outside may be asked while a transaction is open.")

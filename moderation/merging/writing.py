"""One transaction of a merge, as the platform, and tried again where a reader was quicker."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, OperationalError, connection

from config.errors import constraint_of
from config.row_security import SYSTEM, acting_as

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

TRIES = 3
"""For a transaction that meets a reader who was quicker."""


def written(write: Callable[[], T]) -> T:
    """Write in one transaction as the platform, again where a reader was quicker.

    A reader who puts the merged row on their shelf meanwhile is not seen by then; their row is
    found when the references are checked at the end, and the second try moves it, too.
    """
    for _ in range(TRIES - 1):
        try:
            return _write(write)
        except OperationalError:
            continue
        except IntegrityError as exc:
            if constraint_of(exc).startswith("merges_"):
                raise
    return _write(write)


def _write(write: Callable[[], T]) -> T:
    with acting_as(SYSTEM):
        result = write()
        _check_references()
        return result


def _check_references() -> None:
    """Have the references checked here, where it can be tried again, not at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")

"""What the shelves of other services are called, and which status here they mean."""

from __future__ import annotations

import re

from shelves.models import UserWork

Status = UserWork.Status

_SHELVES = {
    Status.TO_READ: (
        "to read",
        "want to read",
        "wishlist",
        "wish list",
        "tbr",
        "up next",
        "do przeczytania",
        "chcę przeczytać",
    ),
    Status.IN_PROGRESS: (
        "currently reading",
        "reading",
        "in progress",
        "paused",
        "on hold",
        "teraz czytam",
        "czytam",
    ),
    Status.READ: (
        "read",
        "already read",
        "read but unowned",
        "finished",
        "przeczytane",
    ),
    # A reader who gave a book up does not want it among those to read or in progress.
    Status.HIDDEN: (
        "hidden",
        "did not finish",
        "dnf",
        "abandoned",
        "stopped reading",
        "stopped",
        "gave up",
        "given up",
        "unfinished",
        "not finished",
        "porzucone",
    ),
}
_BY_SHELF = {name: status.value for status, names in _SHELVES.items() for name in names}
_BETWEEN_WORDS = re.compile(r"[\s_-]+")


def of_shelf(shelf: str) -> str | None:
    """Give the status of a shelf as any service names it; None for a shelf of the reader's own."""
    return _BY_SHELF.get(_BETWEEN_WORDS.sub(" ", shelf).strip().casefold())


def of_dates(*, finished: object, started: object = None, stopped: object = None) -> str | None:
    """Give the status that the dates tell of, as far as there are any."""
    if finished:
        return Status.READ.value
    if stopped:
        return Status.HIDDEN.value
    return Status.IN_PROGRESS.value if started else None

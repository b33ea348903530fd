"""Works that a reader brings along, many at once, with what they said of them elsewhere.

The rules are those of `shelves.services`: the caller has opened a transaction as the reader and
locked their profile, and the limits are the profile's. Here they are looked at beforehand, so that
what has room is taken and the rest is refused row by row.
"""

# ruff: noqa: SLF001  (Django documents `_meta`)
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import COUNTERS, Profile
from catalog.records import seen
from config import statements
from shelves import services

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from accounts.models import User

_STANDING = f"""
    SELECT w.id, uw.work_id IS NOT NULL
    FROM works w LEFT JOIN user_works uw ON uw.work_id = w.id AND uw.user_id = %(reader)s
    WHERE w.id = ANY(%(works)s::uuid[]) AND {seen("w")}
"""  # noqa: S608  (constants of this project, here and below)
_ADD = f"""
    INSERT INTO user_works (user_id, work_id, status, rating, status_updated_at)
    SELECT %(reader)s, w.id, given.status, given.rating, CASE
        WHEN given.since IS NULL THEN now() ELSE given.since END
    FROM unnest(%(works)s::uuid[], %(statuses)s::text[], %(ratings)s::numeric[],
        %(since)s::timestamptz[]) AS given (work_id, status, rating, since)
    JOIN works w ON w.id = given.work_id AND {seen("w")}
    ORDER BY w.id ON CONFLICT DO NOTHING RETURNING work_id
"""  # noqa: S608
_RATE = """
    UPDATE user_works uw SET rating = given.rating
    FROM unnest(%(works)s::uuid[], %(ratings)s::numeric[]) AS given (work_id, rating)
    WHERE uw.user_id = %(reader)s AND uw.work_id = given.work_id AND uw.rating IS NULL
    RETURNING uw.work_id
"""
# The row may have been on the shelf under either work; what the reader said there stays.
_LEAVE = """
    DELETE FROM user_works WHERE user_id = %(reader)s AND work_id = %(old)s
    RETURNING status, rating, available_in_legimi, legimi_checked_at, status_updated_at, created_at
"""
_TAKE_OVER = """
    INSERT INTO user_works AS uw (user_id, work_id, status, rating, available_in_legimi,
        legimi_checked_at, status_updated_at, created_at)
    VALUES (%(reader)s, %(new)s, %(status)s, %(rating)s::numeric, %(available)s::boolean,
        %(checked_at)s::timestamptz, %(since)s::timestamptz, %(created_at)s::timestamptz)
    ON CONFLICT (user_id, work_id) DO UPDATE SET rating = CASE
        WHEN uw.rating IS NULL THEN excluded.rating ELSE uw.rating END
    RETURNING work_id
"""


@dataclass(frozen=True, slots=True)
class Brought:
    """A work, its status, the stars it was given, and since when the status holds (None: now)."""

    work_id: UUID
    status: str
    rating: Decimal | None = None
    since: datetime | None = None


class Room:
    """How much more of what their profile counts a reader may have; raises nothing, but tells."""

    def __init__(self, reader: UUID) -> None:
        profile = Profile.objects.get(user=reader)
        self._left: dict[str, int] = {
            counter: getattr(profile, limit) - getattr(profile, counter)
            for counter, limit, _ in COUNTERS
        }

    def left(self, counter: str) -> int:
        return self._left[counter]

    def take(self, **wanted: int) -> str | None:
        """Take room of some counters, all of it or, saying which limit is reached, none."""
        for counter, number in wanted.items():
            if number > self._left[counter]:
                return _refusal(counter)
        for counter, number in wanted.items():
            self._left[counter] -= number
        return None


def _refusal(counter: str) -> str:
    rules = {rule.name: rule for rule in Profile._meta.constraints}
    return str(rules[f"profiles_{counter}_limit"].get_violation_error_message())


def standing(reader: UUID, works: Iterable[UUID]) -> dict[UUID, bool]:
    """Say of each work that the reader sees whether it is on their shelf."""
    return dict(statements.rows(_STANDING, {"reader": reader, "works": list(works)}))


def add(reader: User, works: Sequence[Brought]) -> int:
    """Attach works, with the event `add_books_bulk`; give how many were not attached before."""
    new = {
        "reader": reader.pk,
        "works": [work.work_id for work in works],
        "statuses": [work.status for work in works],
        "ratings": [work.rating for work in works],
        "since": [work.since for work in works],
    }
    added = len(statements.rows(_ADD, new)) if works else 0
    if added:
        services.tell("add_books_bulk", reader, added=added)
    return added


def rate(reader: UUID, ratings: dict[UUID, Decimal]) -> None:
    """Give stars to works on the shelf that have none; those that have some keep them."""
    if ratings:
        given = {"works": [*ratings], "ratings": [*ratings.values()]}
        statements.rows(_RATE, given | {"reader": reader})


def replace(reader: UUID, old: UUID, new: UUID) -> bool:
    """Let another work take the place of one on the shelf, with all that the reader said of it.

    One that is on the shelf as well keeps its own state, and takes over stars where it has none.
    Gives False, and changes nothing, when the old one is not on the shelf.
    """
    left = statements.one(_LEAVE, {"reader": reader, "old": old})
    if left is None:
        return False
    names = ("status", "rating", "available", "checked_at", "since", "created_at")
    state = dict(zip(names, left, strict=True))
    statements.rows(_TAKE_OVER, state | {"reader": reader, "new": new})
    return True

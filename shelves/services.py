"""What changes a reader's shelf: authors and works attached, changed and detached.

Each is one transaction with its event (plan, "Analytics"), which the caller has opened as the
reader. The limits are CHECK constraints on the profile's counters. Each locks the reader's profile
first, so two requests of one reader come one after the other, and the counts that an event tells
are those that its transaction leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from limits import RateLimitItemPerMinute

from accounts.models import Event
from accounts.services import lock_profile
from catalog import merges, records
from config import limits, statements
from config.bodies import MOST_DETAILS
from config.errors import AlreadyAttachedError, NotFoundError, on_constraint
from shelves import following, shelf
from shelves.models import UserAuthor, UserWork

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.models import User

ADDITIONS = RateLimitItemPerMinute(10)
"""Author additions of one reader (plan, section 4)."""

on_constraint("user_authors_pkey", lambda: AlreadyAttachedError("You follow this author already."))

_COUNTS = "SELECT author_count, work_count FROM profiles WHERE user_id = %s"
_FOLLOW = f"""
    WITH found AS (
        INSERT INTO user_authors (user_id, author_id)
        SELECT %(reader)s, id FROM authors
        WHERE id = %(author)s AND {records.seen("authors")}
        RETURNING author_id, created_at
    )
    SELECT {records.AUTHOR_COLUMNS}, found.created_at
    FROM found JOIN authors a ON a.id = found.author_id
"""  # noqa: S608  (all of it constant)
_ADD_WORKS = f"""
    INSERT INTO user_works (user_id, work_id, status)
    SELECT %(reader)s, id, %(status)s FROM works
    WHERE id = ANY(%(works)s) AND {records.seen("works")}
    ORDER BY id ON CONFLICT DO NOTHING RETURNING work_id
"""  # noqa: S608
# One trip locks the profile and changes the rows. What the reader's own requests did while this one
# waited, the UPDATE sees row by row.
_CHANGE_WORKS = f"""
    WITH locked AS MATERIALIZED (SELECT public.lock_profile()), found AS (
        UPDATE user_works uw SET status = coalesce(%(status)s, uw.status),
            available_in_legimi = CASE WHEN %(sets_available)s THEN %(available)s::boolean
                ELSE uw.available_in_legimi END,
            legimi_checked_at = CASE WHEN NOT %(sets_available)s THEN uw.legimi_checked_at END
        FROM locked WHERE uw.user_id = %(reader)s AND uw.work_id = ANY(%(works)s)
        RETURNING uw.*, old.status <> 'read' AND uw.status = 'read' AS just_read
    )
    SELECT {records.WORK_COLUMNS}, {shelf.state_columns("found")}, found.just_read
    FROM found {records.WORK_SOURCE}
"""  # noqa: S608


def follow(reader: User, author_id: UUID) -> dict[str, Any]:
    """Attach an author and give the list's item, with the event `add_author`.

    Raises NotFoundError for an author who is not visible, AlreadyAttachedError and
    LimitReachedError by their constraints, and RateLimitedError. The rate is spent last: what is
    refused has cost nothing, and its refusal takes the row back.
    """
    lock_profile()
    row = statements.one(_FOLLOW, {"reader": reader.pk, "author": author_id})
    if row is None and (stays := merges.followed(author_id)) != author_id:
        row = statements.one(_FOLLOW, {"reader": reader.pk, "author": stays})
    if row is None:
        raise not_found("author_id", [author_id], "is no author that you can see")
    tell("add_author", reader)
    limits.spend(f"add-author {reader.pk}", ADDITIONS)
    return following.item(row)


def unfollow(reader: User, author_id: UUID) -> None:
    """Detach an author and, by a trigger, their works; raises NotFoundError."""
    lock_profile()
    followed = UserAuthor.objects.filter(user=reader)
    if followed.filter(author=author_id).delete()[0]:
        return
    if not followed.filter(author=merges.followed(author_id)).delete()[0]:
        raise NotFoundError


def add_works(reader: User, work_ids: Sequence[UUID], status: str) -> dict[str, list[UUID]]:
    """Attach works and give which were added and which skipped, in the order given.

    Skipped are those attached already and those that are not visible. Raises LimitReachedError by
    its constraint; then none is added.
    """
    lock_profile()
    added = _added(reader, work_ids, status)
    skipped = [work_id for work_id in work_ids if work_id not in added]
    # Among what is skipped may be ids of works that were merged into others.
    stays = merges.stays(skipped) if skipped else {}
    taken = _added(reader, list(stays.values()), status) if stays else set()
    added |= {old for old, new in stays.items() if new in taken}
    if added:
        tell("add_books_bulk", reader, added=len(added))
    return {
        "added": [work_id for work_id in work_ids if work_id in added],
        "skipped": [work_id for work_id in work_ids if work_id not in added],
    }


def _added(reader: User, work_ids: Sequence[UUID], status: str) -> set[UUID]:
    new = {"reader": reader.pk, "works": list(work_ids), "status": status}
    return {work_id for (work_id,) in statements.rows(_ADD_WORKS, new)}


def change_works(
    reader: User, work_ids: Sequence[UUID], changes: dict[str, Any], *, field: str
) -> list[dict[str, Any]]:
    """Set `status`, `available_in_legimi` or both; give the shelf's items in the order given.

    An availability that is set here is the reader's word, which nobody has checked: the time of the
    last check goes, and with it the nightly re-check's leave to overwrite it.
    Works that become `read` make one event `mark_read`. Raises NotFoundError naming, as `field`,
    the works that are not attached; then none is changed.
    """
    found = statements.rows(
        _CHANGE_WORKS,
        {
            "reader": reader.pk,
            "works": list(work_ids),
            "status": changes.get("status"),
            "sets_available": "available_in_legimi" in changes,
            "available": changes.get("available_in_legimi"),
        },
    )
    by_id = {row[0]: row for row in found}
    missing = [work_id for work_id in work_ids if work_id not in by_id]
    if missing and (stays := merges.stays(missing)):
        followed = list(dict.fromkeys(stays.get(work_id, work_id) for work_id in work_ids))
        return change_works(reader, followed, changes, field=field)
    if missing:
        raise not_found(field, missing, "is not on your shelf")
    read = sum(row[-1] for row in found)
    if read:
        tell("mark_read", reader, read=read)
    return [shelf.item(by_id[work_id]) for work_id in work_ids]


def remove_work(reader: User, work_id: UUID) -> None:
    """Detach a work, which stays in the catalog; raises NotFoundError."""
    lock_profile()
    shelf = UserWork.objects.filter(user=reader)
    if shelf.filter(work=work_id).delete()[0]:
        return
    if not shelf.filter(work=merges.followed(work_id)).delete()[0]:
        raise NotFoundError


def tell(event: str, reader: User, **payload: int) -> None:
    """Write an event with the counts that the change has left.

    They are read after it: its own statement saw the profile as it was before it got its lock.
    """
    authors, works = statements.rows(_COUNTS, [reader.pk])[0]
    Event.objects.emit(event, reader, authors=authors, works=works, **payload)


def not_found(field: str, ids: Sequence[UUID], problem: str) -> NotFoundError:
    return NotFoundError(
        details=[{"field": field, "message": f"{row} {problem}."} for row in ids[:MOST_DETAILS]]
    )

"""One row of the catalog, or the rows of one, each in a statement, as a reader sees them.

What the reader may not see is not there: single rows raise NotFoundError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog import merges, records
from catalog.records import seen
from config.errors import NotFoundError
from config.statements import rows

if TYPE_CHECKING:
    from uuid import UUID

    from config.row_security import Actor
    from config.statements import Row

AUTHOR = f"""
    SELECT {records.AUTHOR_COLUMNS} FROM authors a
    WHERE a.id = %(id)s AND {seen("a")}
"""  # noqa: S608  (constants of this project, here and below)
WORK = f"""
    SELECT {records.WORK_COLUMNS}
    FROM (SELECT %(id)s::uuid AS work_id) found {records.WORK_SOURCE}
    WHERE {seen("w")}
"""  # noqa: S608
EDITION = f"""
    SELECT {records.EDITION_COLUMNS} FROM editions e
    WHERE e.id = %(id)s AND {seen("e")}
"""  # noqa: S608
# A visible work without editions is one row of nulls; a hidden one is none.
EDITIONS = f"""
    SELECT {records.EDITION_COLUMNS} FROM works w
    LEFT JOIN editions e ON e.work_id = w.id
        AND {seen("e")}
    WHERE w.id = %(id)s AND {seen("w")}
    ORDER BY e.publish_year DESC NULLS LAST, e.id
"""  # noqa: S608


def author(row_id: UUID, actor: Actor) -> dict[str, Any]:
    return records.author(_found(AUTHOR, row_id, actor)[0])


def work(row_id: UUID, actor: Actor) -> dict[str, Any]:
    return records.work(_found(WORK, row_id, actor)[0])


def edition(row_id: UUID, actor: Actor) -> dict[str, Any]:
    return records.edition(_found(EDITION, row_id, actor)[0])


def editions(work_id: UUID, actor: Actor) -> list[dict[str, Any]]:
    """Give a work's editions, the newest first, those without a year last."""
    return [records.edition(row) for row in _found(EDITIONS, work_id, actor) if row[0]]


def _found(sql: str, row_id: UUID, actor: Actor) -> list[Row]:
    found = rows(sql, {"id": row_id, "reader": actor.user_id}) or _followed(sql, row_id, actor)
    if not found:
        raise NotFoundError
    return found


def _followed(sql: str, row_id: UUID, actor: Actor) -> list[Row]:
    """Look where the id of a merged row leads to; only what is not found pays for it."""
    stays = merges.followed(row_id)
    return [] if stays == row_id else rows(sql, {"id": stays, "reader": actor.user_id})


_LISTED = f"""
    aw.author_id = %(id)s AND aw.listed
    AND {seen("aw")}
"""
# How many works there are, and whether choices of the reader's move the years of some: the shelf
# and search show a reader's own choice, so the order is by the years that they see.
_COUNTS = f"""
    (SELECT count(*) FROM author_works aw WHERE {_LISTED}),
    EXISTS (
        SELECT FROM edition_choices c
        JOIN author_works aw ON aw.author_id = %(id)s AND aw.work_id = c.work_id
        JOIN works w ON w.id = c.work_id
        WHERE c.user_id = %(reader)s AND w.first_publish_year IS NULL
    )
"""  # noqa: S608
COUNTS = f"""
    SELECT {_COUNTS} FROM authors a
    WHERE a.id = %(id)s AND {seen("a")}
"""  # noqa: S608
_BY_TITLE = f"""
    SELECT aw.work_id, aw.title_key AS key FROM author_works aw WHERE {_LISTED}
    ORDER BY aw.title_key, aw.work_id
"""  # noqa: S608
_BY_YEAR = f"""
    SELECT aw.work_id, -aw.publish_year AS key FROM author_works aw WHERE {_LISTED}
    ORDER BY aw.publish_year DESC NULLS LAST, aw.work_id
"""  # noqa: S608
# No index knows these years; who has chosen an edition of this author's works waits a little.
_BY_CHOSEN_YEAR = f"""
    SELECT aw.work_id, -CASE WHEN c.edition_id IS NULL THEN aw.publish_year
        ELSE coalesce(w.first_publish_year, e.publish_year) END AS key
    FROM author_works aw
    LEFT JOIN edition_choices c ON c.work_id = aw.work_id AND c.user_id = %(reader)s
    LEFT JOIN works w ON w.id = c.work_id
    LEFT JOIN editions e ON e.id = c.edition_id
    WHERE {_LISTED}
    ORDER BY key NULLS LAST, aw.work_id
"""  # noqa: S608


def _page(order: str) -> str:
    return f"""
    SELECT {records.WORK_COLUMNS}, {_COUNTS}
    FROM ({order} LIMIT %(size)s OFFSET %(start)s) found {records.WORK_SOURCE}
    ORDER BY found.key NULLS LAST, found.work_id
    """  # noqa: S608


AUTHOR_WORKS = {"published_desc": _page(_BY_YEAR), "title_asc": _page(_BY_TITLE)}
_AUTHOR_WORKS_BY_CHOSEN_YEAR = _page(_BY_CHOSEN_YEAR)


def author_works(
    author_id: UUID, actor: Actor, sort: str, *, start: int, size: int
) -> tuple[list[dict[str, Any]], int]:
    """Give a page of an author's works in one of the orders of AUTHOR_WORKS, and their number."""
    asked = {"id": author_id, "reader": actor.user_id, "start": start, "size": size}
    found = rows(AUTHOR_WORKS[sort], asked)
    if not found and (stays := merges.followed(author_id)) != author_id:
        return author_works(stays, actor, sort, start=start, size=size)
    # A page past the end has no row to carry the counts, nor has an author who is not there.
    total, chosen = found[0][-2:] if found else _found(COUNTS, author_id, actor)[0]
    if found and chosen and sort == "published_desc":
        found = rows(_AUTHOR_WORKS_BY_CHOSEN_YEAR, asked)
    return [records.work(row) for row in found], total

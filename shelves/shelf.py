"""The works on a reader's shelf: a page of them, and how one is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog import merges, records
from shelves.listing import Listing
from shelves.models import FILTERED

if TYPE_CHECKING:
    from uuid import UUID

    from config.paging import Pages

STATE_FIELDS = (
    "status",
    "available_in_legimi",
    "legimi_checked_at",
    "status_updated_at",
    "created_at",
    "updated_at",
)


def state_columns(row: str, filtered: str | None = None) -> str:
    """Give the columns of an alias; those that can be filtered by may come from another one."""
    return ", ".join(
        f"{filtered if filtered and name in FILTERED else row}.{name}" for name in STATE_FIELDS
    )


def item(row: tuple[Any, ...]) -> dict[str, Any]:
    """Shape WORK_COLUMNS and the state's columns, whatever comes behind them, as a shelf item."""
    state = dict(zip(STATE_FIELDS, row[records.WIDTH :], strict=False))
    return {"work": records.work(row), **state}


WORKS = Listing(
    table="user_works",
    counter="work_count",
    keys="found.work_id, found.publish_year, found.title_key, found.status,"
    " found.available_in_legimi",
    # The two that can be filtered by stand in the index of each order, and together in no other:
    # so that index is walked, whatever else PostgreSQL would make of its estimates.
    columns=f"{records.WORK_COLUMNS}, {state_columns('uw', filtered='found')}",
    joins="JOIN user_works uw ON uw.user_id = %(reader)s AND uw.work_id = found.work_id"
    + records.WORK_SOURCE,
    shape=item,
)
ORDERS = {
    "published_desc": "found.publish_year DESC NULLS LAST, found.work_id",
    "title_asc": "found.title_key, found.work_id",
}
# A single status has an index in the usual order, which a list of statuses could not walk along.
_ONE_STATUS = "found.status = %(status)s"
_STATUSES = "found.status = ANY(%(statuses)s)"
_UNKNOWN = "found.available_in_legimi IS NULL"
_AVAILABLE = {
    "true": "found.available_in_legimi",
    "false": "NOT found.available_in_legimi",
    "null": _UNKNOWN,
}
_BY_AUTHOR = f"""found.work_id IN (
    SELECT aw.work_id FROM author_works aw
    WHERE aw.author_id = %(author)s AND {records.seen("aw")}
)"""  # noqa: S608
# The sub-select is worked out once; a plan for all parameters would fold the text for each row.
_TITLED = "position((SELECT public.plain_text(%(search)s)) IN found.title_key) > 0"


def page(reader: UUID, pages: Pages, wanted: dict[str, Any]) -> dict[str, Any]:
    """Give `{items, total, page}` of the reader's shelf; `wanted` as `ShelfFilter` cleans it."""
    statuses = sorted(set(wanted.get("status") or ()))
    author, search = wanted.get("author_id"), wanted.get("search")
    chosen = (
        statuses and (_ONE_STATUS if len(statuses) == 1 else _STATUSES),
        _AVAILABLE.get(wanted.get("available") or ""),
        author and _BY_AUTHOR,
        search and _TITLED,
    )
    conditions = tuple(condition for condition in chosen if condition)
    found = WORKS.page(
        reader,
        pages,
        _order(wanted.get("sort") or "published_desc", conditions),
        conditions,
        status=statuses[0] if statuses else None,
        statuses=statuses,
        author=author,
        search=search,
    )
    if author and not found["total"] and (stays := merges.followed(author)) != author:
        return page(reader, pages, wanted | {"author_id": stays})
    return found


def _order(sort: str, conditions: tuple[str, ...]) -> str:
    """Give the ORDER BY.

    PostgreSQL does not see that a column is one and the same where it IS NULL, unless the order
    names it too; the index of availability then gives the page without a sort.
    """
    if sort == "published_desc" and conditions == (_UNKNOWN,):
        return f"found.available_in_legimi, {ORDERS[sort]}"
    return ORDERS[sort]

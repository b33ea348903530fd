"""The authors whom a reader follows: a page of them, and how one is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog import records
from shelves.listing import Listing

if TYPE_CHECKING:
    from uuid import UUID

    from config.paging import Pages

WIDTH = len(records.AUTHOR_FIELDS)


def item(row: tuple[Any, ...]) -> dict[str, Any]:
    """Shape AUTHOR_COLUMNS and the link's `created_at`, whatever comes behind them."""
    return {"author": records.author(row[:WIDTH]), "created_at": row[WIDTH]}


AUTHORS = Listing(
    table="user_authors",
    counter="author_count",
    keys="found.author_id, found.name_key, found.created_at",
    columns=f"{records.AUTHOR_COLUMNS}, found.created_at",
    joins=f"JOIN authors a ON a.id = found.author_id AND {records.seen('a')}",
    shape=item,
)
ORDERS = {
    "name_asc": "found.name_key, found.author_id",
    "created_desc": "found.created_at DESC, found.author_id DESC",
}
_NAMED = "position((SELECT public.plain_text(%(search)s)) IN found.name_key) > 0"


def page(reader: UUID, pages: Pages, wanted: dict[str, Any]) -> dict[str, Any]:
    """Give `{items, total, page}` of the authors; `wanted` as `FollowingFilter` cleans it."""
    search = wanted.get("search")
    order = ORDERS[wanted.get("sort") or "name_asc"]
    return AUTHORS.page(reader, pages, order, (_NAMED,) if search else (), search=search)

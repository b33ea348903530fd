"""Pages of a reader's own lists, each read by one constant statement.

The inner select touches the reader's own table alone, in an order that one of its indexes has, so
that only the rows of the page are joined to the catalog. The total comes with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from config import statements

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from config.paging import Pages


@dataclass(frozen=True)
class Listing:
    """What a list of one table shows; all of it is SQL that stands in the code."""

    table: str
    counter: str
    """The column of `profiles` that counts the reader's rows, all of them."""
    keys: str
    """The columns of `found` that the orders and the joins need.

    PostgreSQL leaves out those that a statement does not use, so an index may lack them.
    """
    columns: str
    joins: str
    shape: Callable[[statements.Row], dict[str, Any]]

    def page(
        self,
        reader: UUID,
        pages: Pages,
        order: str,
        conditions: tuple[str, ...] = (),
        **values: Any,
    ) -> dict[str, Any]:
        """Give `{items, total, page}`; `conditions` are constants, `values` what they name."""
        given = values | {"reader": reader, "size": pages.size, "start": pages.start}
        found = statements.rows(_page_sql(self, order, conditions), given)
        # A page past the end has no row to carry the total.
        carrier = found[0] if found else statements.one(_total_sql(self, conditions), given)
        pages.total = carrier[-1] if carrier else 0
        return pages.envelope([self.shape(row) for row in found])


@cache
def _page_sql(listing: Listing, order: str, conditions: tuple[str, ...]) -> str:
    return (
        f"SELECT {listing.columns}, ({_total_sql(listing, conditions)})"  # noqa: S608
        f" FROM (SELECT {listing.keys} FROM {_found(listing, conditions)}"
        f" ORDER BY {order} LIMIT %(size)s OFFSET %(start)s) found {listing.joins}"
        f" ORDER BY {order}"
    )


@cache
def _total_sql(listing: Listing, conditions: tuple[str, ...]) -> str:
    if conditions:
        return f"SELECT count(*) FROM {_found(listing, conditions)}"  # noqa: S608
    return f"SELECT {listing.counter} FROM profiles WHERE user_id = %(reader)s"  # noqa: S608


def _found(listing: Listing, conditions: tuple[str, ...]) -> str:
    return f"{listing.table} found WHERE " + " AND ".join(
        ("found.user_id = %(reader)s", *conditions)
    )

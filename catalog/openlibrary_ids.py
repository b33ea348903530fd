"""Ids of Open Library: the row id that follows from one, and the row that answers to one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.models import OpenLibraryAlias

if TYPE_CHECKING:
    from catalog.models.works import CatalogRow

KINDS = {"A": 1, "W": 2, "M": 3}
"""What an id's last letter says: an author, a work or an edition."""
NUMBER_BITS = 57
"""Room for the seventeen digits that fit into the column, 10**17 - 1."""

Row = TypeVar("Row", bound="CatalogRow")

_FORM = re.compile(r"OL([1-9][0-9]{0,16})([AWM])", re.ASCII)


def row_id(openlibrary_id: str) -> UUID:
    """Compute the id of a shared row from its Open Library id; ValueError where it is none.

    A UUIDv8 (RFC 9562, section 5.8), whose 122 free bits are, from the left:

    - 3 bits, the kind: 1 author, 2 work, 3 edition,
    - 57 bits, the number,
    - 62 bits of zero.

    So the same record has the same id wherever it is loaded, no two records share one, and ids
    sort as their numbers do. Rows made before this rule, and by hand, may have another id: whoever
    writes takes the id that the row has.
    """
    found = _FORM.fullmatch(openlibrary_id)
    if found is None:
        raise ValueError(f"{openlibrary_id!r} is no id of Open Library")
    leading = KINDS[found[2]] << NUMBER_BITS | int(found[1])
    # Version and variant stand where the RFC wants them: after 48 bits, and after 12 more.
    return UUID(int=(leading >> 12) << 80 | 8 << 76 | (leading & 0xFFF) << 64 | 0b10 << 62)


def known(model: type[Row], openlibrary_id: str) -> Row | None:
    """Find the shared row that answers to an id, which may be an old one, in one statement.

    An alias comes before a row: what was imported under an id before Open Library merged it into
    another one stays for the shelves that hold it, and is imported under the live id from then on.
    """
    live = OpenLibraryAlias.objects.filter(pk=openlibrary_id).values("target")
    row: Row | None = (
        model.objects.shared()
        .filter(openlibrary_id=Coalesce(Subquery(live), Value(openlibrary_id)))
        .first()
    )
    return row


def is_fresh(row: CatalogRow) -> bool:
    return row.ol_expires_at is not None and row.ol_expires_at > timezone.now()

"""Ids of Open Library: the row id that follows from one, and the row that answers to one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.models import OpenLibraryAlias
from catalog.openlibrary_keys import KINDS, row_hexes

if TYPE_CHECKING:
    from catalog.models.works import CatalogRow

Row = TypeVar("Row", bound="CatalogRow")

_FORM = re.compile(r"OL[1-9][0-9]{0,16}([AWM])", re.ASCII)
# COALESCE may leak what it is given, PostgreSQL thinks: compared with a row under a policy it would
# keep the index out, and read all works. A sub-select is a value by then.
_WORKED_OUT_FIRST = "(SELECT %(function)s(%(expressions)s))"
_ROW_HEX = {letter: row_hexes(letter) for letter in KINDS}


def row_id(openlibrary_id: str) -> UUID:
    """Compute the id of a shared row from its Open Library id; ValueError where it is none.

    What it is made of is said at `openlibrary_keys.row_hexes`.
    """
    found = _FORM.fullmatch(openlibrary_id)
    if found is None:
        raise ValueError(f"{openlibrary_id!r} is no id of Open Library")
    return UUID(_ROW_HEX[found[1]](openlibrary_id))


def known(model: type[Row], openlibrary_id: str) -> Row | None:
    """Find the shared row that answers to an id, which may be an old one, in one statement.

    An alias comes before a row: what was imported under an id before Open Library merged it into
    another one stays for the shelves that hold it, and is imported under the live id from then on.
    """
    alias = OpenLibraryAlias.objects.filter(pk=openlibrary_id).values("target")
    live = Coalesce(Subquery(alias), Value(openlibrary_id), template=_WORKED_OUT_FIRST)
    row: Row | None = model.objects.shared().filter(openlibrary_id=live).first()
    return row


def is_fresh(row: CatalogRow) -> bool:
    return row.ol_expires_at is not None and row.ol_expires_at > timezone.now()

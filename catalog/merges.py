"""Where ids lead that were merged into others: by the row's id, and by the key of Open Library.

Asked only where a row is not found, so a living id costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.statements import rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

STAYS = "SELECT merged_id, kept_id FROM public.merged_into(%(ids)s::uuid[])"
KEY_STAYS = """
    SELECT merged_openlibrary_id, kept_id FROM public.merged_keys_into(%(keys)s::text[])
"""


def stays(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give the row that stays for each of the ids that was merged; others are left out."""
    return dict(rows(STAYS, {"ids": [*ids]}))


def followed(row_id: UUID) -> UUID:
    """Give the row that an id leads to: mostly its own."""
    return stays([row_id]).get(row_id, row_id)


def keys_stay(keys: Iterable[str]) -> dict[str, UUID]:
    """Give the row that stays for each key of Open Library whose row was merged."""
    return dict(rows(KEY_STAYS, {"keys": [*keys]}))

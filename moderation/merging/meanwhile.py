"""What others merged since a page was opened: who did, when, and where the ids lead now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.models import Merge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


def stories(ids: Iterable[UUID]) -> list[str]:
    """Give a sentence for each of the ids that is merged, or is about to be."""
    found = Merge.objects.living().filter(merged_id__in=list(ids)).select_related("merged_by")
    return [
        f"“{merge.merged_name}” was merged into “{merge.kept_name}” by"
        f" {merge.merged_by or 'a deleted account'}"
        f" at {merge.created_at:%H:%M} UTC on {merge.created_at:%Y-%m-%d}."
        for merge in found.order_by("pk")
    ]

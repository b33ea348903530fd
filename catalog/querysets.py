"""Who may see which row of the catalog; the policies in the migrations say the same in SQL.

tests/test_row_security.py compares the two for every role and state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from catalog.models import Book  # noqa: F401  (named in the base class below)
    from config.row_security import Actor


class CatalogQuerySet(models.QuerySet[Any]):
    """Authors, works, editions and what links them: shared rows, and the owner's manual ones."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.is_system:
            return self
        return self.filter(Q(owner_user=None) | Q(owner_user=actor.user_id))

    def shared(self) -> Self:
        return self.filter(owner_user=None)


class BookQuerySet(models.QuerySet["Book"]):
    """Submitted books: ACTIVE ones are everybody's, others their submitter's and moderators'."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.is_system or actor.is_staff:
            return self
        return self.filter(Q(status="ACTIVE") | self._submitted_by(actor))

    def _submitted_by(self, actor: Actor) -> Q:
        own = Q(publisher=None, created_by=actor.user_id) if actor.user_id else Q(pk__in=[])
        return own | Q(publisher=actor.publisher_id) if actor.publisher_id else own


class OwnQuerySet(models.QuerySet[Any]):
    """Rows that nobody but their reader sees, moderators included."""

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(user=actor.user_id)

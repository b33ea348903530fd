"""Constraints that several of the catalog's models share."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Collate
from django.db.models.lookups import Regex


def text_not_empty(table: str, field: str) -> models.CheckConstraint:
    """What white space is hangs on the collation: to glibc a no-break space is none."""
    return models.CheckConstraint(
        name=f"{table}_{field}_not_empty",
        condition=Regex(Collate(field, "pg_unicode_fast"), r"\S"),
    )

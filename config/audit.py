"""What django-auditlog is told about a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model


def columns(model: type[Model], *, but: set[str]) -> list[str]:
    """Name a model's own columns, except `but`.

    Left alone, the library counts the rows of others that point here as fields, too, and notes
    `comments: None -> shelves.Comment.None` on each new book.
    """
    return [field.name for field in model._meta.concrete_fields if field.name not in but]  # noqa: SLF001  (documented)

"""Deleting rows with all that hangs on them, in one statement a table, however many they are.

Django's own collector reads what it is about to delete and deletes it a hundred rows at a time.
Whoever hangs rows of another app on the catalog has nothing to do: the models' foreign keys say it.
"""

# ruff: noqa: SLF001  (Django documents `_meta` and `_base_manager`)
from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models

from config.statements import rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


def remove(model: type[models.Model], ids: Iterable[UUID]) -> int:
    """Delete rows by primary key, and what refers to them; give how many of `model` went.

    The rows go before what hangs on them (foreign keys are checked at the end of the transaction),
    so triggers find no row any more to keep up to date.
    """
    return len(_remove(model, "id", list(ids)))


def _remove(model: type[models.Model], column: str, keys: list[Any]) -> list[Any]:
    """Delete the rows whose column has one of the keys; give the first column of their key."""
    gone = [key for (key,) in rows(_delete(model, column), [keys])]
    for relation in _hanging_on(model) if gone else ():
        _let_go(relation, gone)
    return gone


def _let_go(relation: Any, gone: list[Any]) -> None:
    """Do as the foreign key's `on_delete` says: delete the row that has it, empty it, or refuse.

    Raises ProtectedError; the caller's transaction brings back what has gone by then.
    """
    having = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": gone})
    if relation.on_delete is models.CASCADE:
        _remove(relation.related_model, relation.field.column, gone)
    elif relation.on_delete is models.SET_NULL:
        having.update(**{relation.field.name: None})
    elif having.exists():
        raise models.ProtectedError(f"{relation.field} keeps what was to go.", set(having))


@cache
def _hanging_on(model: type[models.Model]) -> list[Any]:
    """List the foreign keys to a model, those without a way back included."""
    fields = model._meta.get_fields(include_hidden=True)
    return [f for f in fields if f.auto_created and not f.concrete and f.one_to_many]


@cache
def _delete(model: type[models.Model], column: str) -> str:
    # A composite key has no column of its own, and nothing can refer to it.
    key = model._meta.pk.column or column
    return f"DELETE FROM {model._meta.db_table} WHERE {column} = ANY(%s) RETURNING {key}"  # noqa: S608  (names of this project's models)

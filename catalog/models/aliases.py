"""Ids that Open Library has given up for another one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

FORM = "^OL[1-9][0-9]*{}$"


def _both_of_one_kind() -> Q:
    either = Q()
    for letter in "AWM":
        form = FORM.format(letter)
        either |= Q(openlibrary_id__regex=form, target__regex=form)
    return either


class OpenLibraryAlias(models.Model):
    """An old id and the one that it was merged into, which is never an alias itself.

    Upstream's redirect is what makes an alias, so whoever asks for the old id again is given the
    row of the new one without a request. It holds public ids alone: everybody reads it.
    """

    openlibrary_id = models.CharField(max_length=20, primary_key=True)
    target = models.CharField(max_length=20)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "openlibrary_aliases"
        constraints = [
            models.CheckConstraint(name="openlibrary_aliases_form", condition=_both_of_one_kind()),
            models.CheckConstraint(
                name="openlibrary_aliases_not_itself", condition=~Q(target=F("openlibrary_id"))
            ),
        ]
        indexes = [models.Index(fields=["target"], name="openlibrary_aliases_by_target")]

    def __str__(self) -> str:
        return f"{self.openlibrary_id} is {self.target}"

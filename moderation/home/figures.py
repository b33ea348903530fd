"""Numbers that are links, and bars of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse
from django.utils.http import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class Figure(NamedTuple):
    """A number, and the list of what it counts."""

    label: str
    number: int
    link: str

    @property
    def shown(self) -> str:
        return f"{self.number:,}"


class Bar(NamedTuple):
    """A figure beside others: `percent` of the largest of them."""

    figure: Figure
    percent: int


def bars(figures: Iterable[Figure]) -> list[Bar]:
    figures = list(figures)
    return [Bar(each, share) for each, share in zip(figures, shares(figures), strict=True)]


def shares(figures: list[Figure]) -> list[int]:
    """Give each figure's per cent of the largest; what there is of something is always seen."""
    largest = max((each.number for each in figures), default=0)
    return [max(2, 100 * each.number // largest) if each.number else 0 for each in figures]


def list_link(model: str, **filters: str | date) -> str:
    """Give the address of a model's list ("catalog_book"), narrowed by its filters."""
    query = urlencode({name: str(value) for name, value in filters.items()})
    return f"{reverse(f'admin:{model}_changelist')}?{query}"

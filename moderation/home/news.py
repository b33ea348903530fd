"""What is new: of today, of the last seven days, and day by day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import Event
from catalog.models import Book
from moderation.home.figures import Figure, list_link, shares

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest

DAYS = 7
COLUMN, GAP, HEIGHT = 12, 4, 40
"""Pixels of a day's column, from one to the next, and of the whole chart."""


class Column(NamedTuple):
    """A day of the small chart, as SVG draws it: from the top left."""

    x: int
    y: int
    height: int


class News(NamedTuple):
    title: str
    today: Figure
    week: Figure
    columns: list[Column]
    words: str
    """The chart, for who cannot see it."""


def news(request: HttpRequest, today: date) -> list[News]:
    """Give what the moderator may see of it, a statement each."""
    told = []
    if request.user.has_perm("catalog.view_book"):
        # Naming every status lets the index on status and time answer.
        submitted = Book.objects.filter(status__in=Book.Status.values)
        finalized = Book.objects.filter(status=Book.Status.ACTIVE)
        told += [
            _news("Books submitted", submitted, "created_at", today, "catalog_book", status="all"),
            _news(
                "Books finalized", finalized, "finalized_at", today, "catalog_book", status="ACTIVE"
            ),
        ]
    if request.user.has_perm("accounts.view_event"):
        joined = Event.objects.filter(name="sign_up")
        told.append(
            _news("Sign-ups", joined, "created_at", today, "accounts_event", name__exact="sign_up")
        )
    return told


def _news(
    title: str, rows: QuerySet[Any], field: str, today: date, model: str, **filters: str
) -> News:
    first = today - timedelta(DAYS - 1)
    counts = _by_day(rows, field, first)
    days = [first + timedelta(day) for day in range(DAYS)]
    figures = [
        Figure(
            f"{day:%a}", counts.get(day, 0), list_link(model, **filters, **_range(field, day, day))
        )
        for day in days
    ]
    week = sum(each.number for each in figures)
    return News(
        title,
        figures[-1]._replace(label="today"),
        Figure(f"in {DAYS} days", week, list_link(model, **filters, **_range(field, first, today))),
        _columns(figures),
        f"{title} a day: " + ", ".join(f"{each.label} {each.shown}" for each in figures),
    )


def _by_day(rows: QuerySet[Any], field: str, first: date) -> dict[date, int]:
    begin = datetime.combine(first, time.min, UTC)
    days = (
        rows.filter(**{f"{field}__gte": begin}).order_by().values_list(TruncDate(field, tzinfo=UTC))
    )
    return dict(days.annotate(Count("pk")))


def _range(field: str, first: date, last: date) -> dict[str, date]:
    return {f"{field}_from": first, f"{field}_to": last}


def _columns(figures: list[Figure]) -> list[Column]:
    heights = [HEIGHT * share // 100 for share in shares(figures)]
    return [Column(i * (COLUMN + GAP), HEIGHT - height, height) for i, height in enumerate(heights)]

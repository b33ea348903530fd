"""What is new: of today, of the last seven days, and day by day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, QuerySet, Value
from django.db.models.functions import TruncDate

from accounts.models import Event
from catalog.models import Book
from moderation.home.figures import Figure, list_link, shares

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.http import HttpRequest

SIGN_UP = "sign_up"
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


class Kind(NamedTuple):
    """Something that is counted by day: rows, by the time in a field, and their list's filters."""

    title: str
    rows: QuerySet[Any]
    field: str
    model: str
    filters: dict[str, str]

    def link(self, first: date, last: date) -> str:
        days = {f"{self.field}_from": first, f"{self.field}_to": last}
        return list_link(self.model, **self.filters, **days)

    def by_day(self, first: date) -> QuerySet[Any, tuple[str, date, int]]:
        begin = datetime.combine(first, time.min, UTC)
        rows = self.rows.filter(**{f"{self.field}__gte": begin}).order_by()
        days = rows.values(kind=Value(self.title), day=TruncDate(self.field, tzinfo=UTC))
        counted: QuerySet[Any, tuple[str, date, int]] = days.annotate(
            count=Count("pk")
        ).values_list("kind", "day", "count")
        return counted


def news(request: HttpRequest, today: date) -> list[News]:
    """Give what the moderator may see of it, in one statement."""
    kinds = list(_kinds(request))
    if not kinds:
        return []
    first = today - timedelta(DAYS - 1)
    found = [kind.by_day(first) for kind in kinds]
    counts = {(title, day): count for title, day, count in found[0].union(*found[1:], all=True)}
    return [_news(kind, first, today, counts) for kind in kinds]


def _kinds(request: HttpRequest) -> Iterator[Kind]:
    if request.user.has_perm("catalog.view_book"):
        # Naming every status lets the index on status and time answer.
        books, listed = Book.objects.filter(status__in=Book.Status.values), "catalog_book"
        yield Kind("Books submitted", books, "created_at", listed, {"state": "all"})
        books = Book.objects.filter(status=Book.Status.ACTIVE)
        yield Kind("Books finalized", books, "finalized_at", listed, {"state": "active"})
    if request.user.has_perm("accounts.view_event"):
        joined = Event.objects.filter(name=SIGN_UP)
        yield Kind("Sign-ups", joined, "created_at", "accounts_event", {"name__exact": SIGN_UP})


def _news(kind: Kind, first: date, today: date, counts: dict[tuple[str, date], int]) -> News:
    days = [first + timedelta(day) for day in range(DAYS)]
    by_day = [
        Figure(f"{day:%a}", counts.get((kind.title, day), 0), kind.link(day, day)) for day in days
    ]
    week = sum(each.number for each in by_day)
    return News(
        kind.title,
        by_day[-1]._replace(label="today"),
        Figure(f"in {DAYS} days", week, kind.link(first, today)),
        _columns(by_day),
        f"{kind.title} a day: " + ", ".join(f"{each.label} {each.shown}" for each in by_day),
    )


def _columns(by_day: list[Figure]) -> list[Column]:
    heights = [HEIGHT * share // 100 for share in shares(by_day)]
    return [Column(i * (COLUMN + GAP), HEIGHT - height, height) for i, height in enumerate(heights)]

"""What people used the platform for: the list of events, and how many a day there were of each."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import admin
from django.db.models import Count
from django.db.models.functions import TruncDay
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.utils import parse_date_str

from accounts.back_office.audit import ReadOnlyAdmin
from accounts.models import EVENT_NAMES, Event
from config.model_admin import DayRangeFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

DAYS = 30
HEIGHT, STEP = 40, 10
"""Of the chart, and of a day in it, in its own units."""


class Bar(NamedTuple):
    day: date
    number: int
    x: int
    y: float
    height: float


class Series(NamedTuple):
    """The events of one name: a bar a day."""

    name: str
    total: int
    bars: list[Bar]


def by_day(events: QuerySet[Event], last: date) -> list[Series]:
    """Count the events of the 30 days that end with `last`; names without any are left out."""
    days = [last - timedelta(days=ago) for ago in reversed(range(DAYS))]
    first, end = (
        datetime.combine(day, at, tzinfo=UTC) for day, at in ((days[0], time.min), (last, time.max))
    )
    counted = (
        events.filter(created_at__gte=first, created_at__lte=end)
        .order_by()
        .values_list("name", TruncDay("created_at", tzinfo=UTC))
        # Not of the ids: those stand in no index beside the day.
        .annotate(count=Count("*"))
    )
    counts = Counter({(name, day.date()): count for name, day, count in counted})
    return list(_series(counts, days))


def _series(counts: Counter[tuple[str, date]], days: list[date]) -> Iterator[Series]:
    for name in EVENT_NAMES:
        own = [counts[name, day] for day in days]
        if not any(own):
            continue
        heights = [round(HEIGHT * count / max(own), 1) for count in own]
        bars = [
            Bar(day, count, x * STEP, HEIGHT - height, height)
            for x, (day, count, height) in enumerate(zip(days, own, heights, strict=True))
        ]
        yield Series(name, sum(own), bars)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    icon = "insights"
    list_display = ("created_at", "name", "user", "counts")
    list_filter = (("name", ChoicesDropdownFilter), ("created_at", DayRangeFilter))
    list_select_related = ("user",)
    list_before_template = "accounts/event_days.html"
    fields = readonly_fields = ("created_at", "name", "user", "counts")
    # The indexes have the time, with the name and without: by ids, old days would lie far behind.
    ordering = ("-created_at", "-id")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Put the chart of what the list is narrowed to above it."""
        page: Any = super().changelist_view(request, extra_context)
        if listing := (getattr(page, "context_data", None) or {}).get("cl"):
            today = timezone.now().date()
            last = min(parse_date_str(request.GET.get("created_at_to")) or today, today)
            series = by_day(listing.queryset, last)
            page.context_data |= {"series": series, "rows": _table(series), "last": last}
        answer: HttpResponse = page
        return answer

    @display(description="Counts")
    def counts(self, event: Event) -> str:
        return ", ".join(f"{name} {json.dumps(value)}" for name, value in event.payload.items())


def _table(series: list[Series]) -> list[tuple[date, list[int]]]:
    """Give a row a day, the newest first, with a count for each series."""
    days = zip(*(each.bars for each in series), strict=True)
    return [(bars[0].day, [bar.number for bar in bars]) for bars in days][::-1]

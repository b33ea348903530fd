"""What waits for a moderator: by age, by what was flagged, and what was sent back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import CharField, Count, F, Func, Min, Q
from django.utils.timesince import timesince

from catalog.models import Book
from moderation.books.filters import STATES, WAITING
from moderation.home.figures import Bar, Figure, bars, list_link
from moderation.models import Flag, Screening

if TYPE_CHECKING:
    from datetime import date

WAITS, SENT_BACK = STATES[WAITING][1], STATES["sent_back"][1]


class Age(NamedTuple):
    """Days ago, from the first to the last, both included; without a last, all before."""

    label: str
    first: int
    last: int | None

    def range_of(self, today: date) -> dict[str, date]:
        """Give the filters of the list of books, by which both this page and that one count."""
        days = {"created_at_to": today - timedelta(self.first)}
        if self.last is not None:
            days["created_at_from"] = today - timedelta(self.last)
        return days

    def condition(self, today: date) -> Q:
        days = self.range_of(today)
        end = datetime.combine(days["created_at_to"], time.max, UTC)
        came = Q(created_at__lte=end)
        if begin := days.get("created_at_from"):
            came &= Q(created_at__gte=datetime.combine(begin, time.min, UTC))
        return came


AGES = (
    Age("Today", 0, 0),
    Age("Yesterday", 1, 1),
    Age("2 to 3 days", 2, 3),
    Age("4 to 7 days", 4, 7),
    Age("8 to 30 days", 8, 30),
    Age("Over 30 days", 31, None),
)


class Waiting(NamedTuple):
    number: int
    note: str
    link: str
    ages: list[Bar]
    flags: list[Bar]
    sent_back: Figure


def waiting(now: datetime) -> Waiting:
    """Count the queue in two statements: the books by an index, and their flags."""
    today = now.date()
    counted = {
        f"age_{i}": Count("pk", filter=WAITS & age.condition(today)) for i, age in enumerate(AGES)
    }
    found = Book.objects.filter(status=Book.Status.PENDING).aggregate(
        waits=Count("pk", filter=WAITS),
        sent_back=Count("pk", filter=SENT_BACK),
        oldest=Min("created_at", filter=WAITS),
        **counted,
    )
    return Waiting(
        found["waits"],
        f"The oldest has waited {timesince(found['oldest'])}" if found["oldest"] else "None waits",
        list_link("catalog_book", state="waiting"),
        bars(_of_age(age, found[f"age_{i}"], today) for i, age in enumerate(AGES)),
        bars(_flagged()),
        Figure("Sent back", found["sent_back"], list_link("catalog_book", state="sent_back")),
    )


def _of_age(age: Age, number: int, today: date) -> Figure:
    link = list_link("catalog_book", state="waiting", **age.range_of(today))
    return Figure(age.label, number, link)


def _flagged() -> list[Figure]:
    waiting_books = Screening.objects.filter(book__in=Book.objects.filter(WAITS))
    one_each = Func(F("flags"), function="unnest", output_field=CharField(), set_returning=True)
    by_flag = waiting_books.annotate(flag=one_each).values_list("flag")
    counts = dict(by_flag.annotate(Count("pk")))
    return [
        Figure(label, counts[flag], list_link("catalog_book", state="waiting", flag=flag))
        for flag, label in Flag.choices
        if flag in counts
    ]

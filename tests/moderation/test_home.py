"""The first page of the back-office."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Event
from catalog import lifecycle
from config.row_security import SYSTEM, acting_as
from enrichment.book_uploads import KIND as BOOK_IMPORT
from moderation.home.figures import Figure, shares
from moderation.home.waiting import AGES
from moderation.models import Screening
from tests import factories
from tests.admin_pages import query_count, rows, text
from tests.moderation.submitted import active, ago

pytestmark = pytest.mark.django_db
HOME = "/admin/"


def flagged(book, *flags):
    with acting_as(SYSTEM):
        Screening.objects.update_or_create(
            book=book, defaults={"flags": list(flags), "book_version": timezone.now()}
        )
    return book


def sent_back(**kwargs):
    with acting_as(SYSTEM):
        return lifecycle.send_back(factories.BookFactory(**kwargs), "The cover is missing.")


def listed(client, figure):
    return len(rows(client.get(figure.link)))


class TestWaiting:
    @pytest.fixture
    def books(self):
        ago(flagged(factories.BookFactory(), "no_cover", "odd_price"), days=5)
        ago(flagged(factories.BookFactory(), "no_cover"), days=40)
        flagged(factories.BookFactory())
        flagged(sent_back(), "no_cover")
        flagged(active(), "no_cover")

    def test_each_number_is_that_of_its_list(self, staff, books):
        queue = staff.get(HOME).context["waiting"]
        assert (queue.number, queue.sent_back.number) == (3, 1)
        assert queue.note == "The oldest has waited 1\xa0month, 1\xa0week"
        ages = {bar.figure.label: bar.figure.number for bar in queue.ages if bar.figure.number}
        assert ages == {"Today": 1, "4 to 7 days": 1, "Over 30 days": 1}
        assert {bar.figure.label: bar.figure.number for bar in queue.flags} == {
            "No cover": 2,
            "Odd price for the format": 1,
        }
        figures = [bar.figure for bar in (*queue.ages, *queue.flags)] + [queue.sent_back]
        for figure in figures:
            assert listed(staff, figure) == figure.number, figure

    def test_says_so_when_nothing_waits(self, staff):
        active()
        page = text(staff.get(HOME))
        assert "None waits" in page
        assert "How to begin" not in page

    def test_says_how_to_begin_where_nothing_is_yet(self, staff):
        assert "How to begin" in text(staff.get(HOME))


@pytest.mark.parametrize("days", range(40))
def test_every_day_is_of_one_age(days):
    today = date(2026, 3, 1)
    came = today - timedelta(days)
    ranges = [age.range_of(today) for age in AGES]
    assert (
        sum(r.get("created_at_from", date.min) <= came <= r["created_at_to"] for r in ranges) == 1
    )


def test_what_there_is_of_something_is_seen():
    figures = [Figure("", number, "") for number in (0, 1, 500, 1000)]
    assert shares(figures) == [0, 2, 50, 100]
    assert shares(figures[:1]) == [0]
    assert shares([]) == []


class TestNews:
    def test_counts_today_and_the_week(self, staff, reader):
        ago(factories.BookFactory(), days=2)
        ago(factories.BookFactory(), days=8)
        active()
        with acting_as(SYSTEM):
            for name in ("sign_up", "mark_read"):
                Event.objects.emit(name, reader)
        told = {each.title: each for each in staff.get(HOME).context["news"]}
        numbers = {name: (each.today.number, each.week.number) for name, each in told.items()}
        assert numbers == {
            "Books submitted": (1, 2),
            "Books finalized": (1, 1),
            "Sign-ups": (1, 1),
        }
        for each in told.values():
            assert listed(staff, each.today) == each.today.number, each.title
            assert listed(staff, each.week) == each.week.number, each.title
            assert len(each.columns) == 7


class TestBackground:
    def cards(self, client):
        return {
            title: (number, note) for title, number, note, _ in client.get(HOME).context["cards"]
        }

    def test_says_what_needs_a_look(self, staff):
        factories.PublisherFactory(suspended_at=timezone.now())
        ended = {"kind": BOOK_IMPORT, "finished_at": timezone.now()}
        factories.JobFactory(status="failed", error="It broke.", **ended)
        factories.JobFactory(status="succeeded", **ended)
        factories.DumpLoadFactory(made_on=date(2026, 1, 31))
        cards = self.cards(staff)
        assert cards["Suspended publishers"][0] == 1
        assert cards["Imports that ended in 7 days"] == (2, "1 of them failed")
        assert cards["Open Library's dump"][0] == "2026-01-31"

    def test_says_so_when_nothing_happened(self, staff):
        cards = self.cards(staff)
        assert cards["Suspended publishers"][0] == 0
        assert cards["Imports that ended in 7 days"][0] == 0
        assert cards["Open Library's dump"][0] == "Never loaded"

    def test_links_lead_to_lists(self, staff):
        for card in staff.get(HOME).context["cards"]:
            assert staff.get(card.link).status_code == 200, card.title


def test_few_queries(staff, django_assert_max_num_queries):
    factories.BookFactory()
    assert query_count(staff, HOME, django_assert_max_num_queries) < 20

"""The first page of the back-office."""

import pytest
from django.utils import timezone

from tests import factories
from tests.admin_pages import text
from tests.moderation.submitted import LIST, active, ago

pytestmark = pytest.mark.django_db


class TestFirstPage:
    def test_says_what_waits(self, staff):
        ago(factories.BookFactory(), days=2)
        factories.BookFactory()
        active()
        factories.PublisherFactory(suspended_at=timezone.now())
        answer = staff.get("/admin/")
        counts = {title: (count, note) for title, count, note, _ in answer.context["cards"]}
        assert counts["Pending books"] == (2, "The oldest waits 2\xa0days")
        assert counts["New today"][0] == 2
        assert counts["Suspended publishers"][0] == 1
        assert LIST in text(answer)

    def test_says_so_when_nothing_waits(self, staff):
        assert "None waits" in text(staff.get("/admin/"))

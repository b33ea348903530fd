"""The catalog's own lists in the back-office."""

import pytest
from django.urls import reverse

from catalog import lifecycle
from catalog.models import Genre
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.admin_pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


class TestGenres:
    def test_are_listed_with_their_books_and_renamed(self, staff):
        with acting_as(SYSTEM):
            lifecycle.replace(factories.BookFactory(), genre_names=["Poetry", "Prose"])
        genre = Genre.objects.get(name="Poetry")
        answer = staff.get("/admin/catalog/genre/?q=poet")
        assert [(row.name, row.book_count) for row in answer.context["cl"].result_list] == [
            ("Poetry", 1)
        ]
        path = reverse("admin:catalog_genre_change", args=[genre.pk])
        assert "exists already" in text(staff.post(path, {"name": "PROSE"}))
        assert staff.post(path, {"name": "Verse"}).status_code == 302
        genre.refresh_from_db()
        assert genre.name == "Verse"
        assert staff.post(path.replace("change", "delete"), {"post": "yes"}).status_code == 403

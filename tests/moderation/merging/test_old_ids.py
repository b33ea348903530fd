"""What a client still calls by the id of a merged row is answered by the row that stays."""

from __future__ import annotations

import pytest

from config.row_security import SYSTEM, acting_as
from moderation.merging import services
from shelves.models import UserWork
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(moderator):
    """Two works by two authors, both pairs merged: gives the links of before."""
    kept, merged = factories.AuthorWorkFactory.create_batch(2)
    merged.edition = factories.EditionFactory(work=merged.work)
    services.begin("work", merged.work_id, kept.work_id, moderator)
    services.begin("author", merged.author_id, kept.author_id, moderator)
    return kept, merged


def test_catalog_calls(api, reader, merged):
    kept, old = merged
    client = api(reader)
    assert client.get(f"/api/works/{old.work_id}").json()["work"]["id"] == str(kept.work_id)
    assert client.get(f"/api/authors/{old.author_id}").json()["author"]["id"] == str(kept.author_id)
    items = client.get(f"/api/works/{old.work_id}/editions").json()["items"]
    assert [item["work_id"] for item in items] == [str(kept.work_id)]
    works = client.get(f"/api/authors/{old.author_id}/works").json()
    assert [work["id"] for work in works["items"]] == [str(kept.work_id)]
    chosen = client.post(
        f"/api/works/{old.work_id}/primary-edition",
        {"edition_id": str(old.edition.pk)},
        format="json",
    )
    assert chosen.json()["work"]["primary_edition"]["id"] == str(old.edition.pk)
    own = {"title": "Mine", "author_ids": [str(old.author_id)]}
    made = client.post("/api/works", own, format="json").json()["work"]
    assert [author["id"] for author in made["authors"]] == [str(kept.author_id)]
    new = {"work_id": str(old.work_id), "title": "Another"}
    made = client.post("/api/editions", new, format="json").json()["edition"]
    assert made["work_id"] == str(kept.work_id)
    assert client.delete(f"/api/works/{old.work_id}").status_code == 403


def test_shelf_calls(api, reader, merged):
    kept, old = merged
    client, works = api(reader), "/api/user/works"
    added = client.post(f"{works}/bulk", {"work_ids": [str(old.work_id)]}, format="json").json()
    assert added == {"added": [str(old.work_id)], "skipped": []}
    again = client.post(f"{works}/bulk", {"work_ids": [str(old.work_id)]}, format="json").json()
    assert again == {"added": [], "skipped": [str(old.work_id)]}
    changed = client.patch(f"{works}/{old.work_id}", {"status": "read"}, format="json").json()
    assert (changed["work"]["id"], changed["status"]) == (str(kept.work_id), "read")
    follow = {"author_id": str(old.author_id)}
    followed = client.post("/api/user/authors", follow, format="json").json()
    assert followed["author"]["id"] == str(kept.author_id)
    page = client.get(works, {"author_id": str(old.author_id)}).json()
    assert page["total"] == 1
    assert client.delete(f"{works}/{old.work_id}").status_code == 204
    assert client.delete(f"/api/user/authors/{old.author_id}").status_code == 204
    with acting_as(SYSTEM):
        assert not UserWork.objects.exists()

"""The page of past loads, as a moderator sees it."""

import pytest
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db

LIST = reverse("admin:enrichment_dumpload_changelist")


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


@pytest.fixture
def load(db):
    return factories.DumpLoadFactory(
        status="succeeded",
        finished_at="2026-11-02T00:00:00Z",
        files={"authors": {"name": "ol_dump_authors_2026-10-31.txt.gz", "size": 123456}},
        changes={"authors": {"added": 1200, "gone": 0}},
        refused={"no_name": 7},
    )


def test_the_list_says_what_to_do_when_there_is_none(staff):
    assert "import_openlibrary_dump" in staff.get(LIST).content.decode()


def test_a_load_is_told_with_its_counts(staff, load):
    listed = staff.get(LIST).content.decode()
    assert "1,200" in listed
    page = staff.get(reverse("admin:enrichment_dumpload_change", args=[load.pk]))
    told = page.content.decode()
    for text in ("authors added", "The author has no name", "123,456", "2026-10-31"):
        assert text in told


def test_nobody_changes_what_was(staff, load):
    change = reverse("admin:enrichment_dumpload_change", args=[load.pk])
    delete = reverse("admin:enrichment_dumpload_delete", args=[load.pk])
    assert staff.post(change, {"status": "failed"}).status_code == 403
    assert staff.post(delete, {"post": "yes"}).status_code == 403
    assert staff.get(reverse("admin:enrichment_dumpload_add")).status_code == 403

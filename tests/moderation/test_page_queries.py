"""Every list and page of the back-office takes as many queries for many rows as for one, below 20."""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Event
from catalog.models import Genre, Merge
from config.row_security import SYSTEM, acting_as
from moderation.models import Likeness, Screening
from tests import factories
from tests.admin_pages import page_of

pytestmark = pytest.mark.django_db

MANY = 5
MOST = 20
QUERY = {"/admin/catalog/author/": "?q=lem", "/admin/catalog/work/": "?q=solaris"}
"""Without a search the lists of millions are empty."""


@pytest.fixture
def rows(reader):
    """Give the rows whose pages are opened; more hangs on them after each `add_one`."""
    link = factories.AuthorWorkFactory(author__name="Stanisław Lem", work__title="Solaris")
    member = factories.MembershipFactory()
    book = factories.BookFactory(publisher=member.publisher)
    Group.objects.create(name="Readers")
    with acting_as(SYSTEM):
        Screening.objects.create(book=book, flags=["same_book"], book_version=book.updated_at)
    return {"author": link.author, "work": link.work, "book": book, "publisher": member.publisher}


def add_one(rows, reader):
    now = timezone.now()
    factories.MembershipFactory(publisher=rows["publisher"])
    factories.MembershipFactory()
    factories.BookFactory(publisher=None, created_by=factories.UserFactory())
    factories.JobFactory(status="failed", error="It broke.", finished_at=now)
    factories.DumpLoadFactory(status="failed", finished_at=now)
    factories.CommentFactory(book=rows["book"])
    alike = factories.BookFactory(publisher=rows["publisher"])
    new_author = factories.AuthorFactory(name="Another Lem")
    new_work = factories.WorkFactory(title="Solaris again")
    for author, work in ((rows["author"], new_work), (new_author, rows["work"])):
        factories.AuthorWorkFactory(author=author, work=work)
    edition = factories.EditionFactory(work=new_work)
    factories.EditionFactory(work=rows["work"])
    with acting_as(SYSTEM):
        number = Event.objects.count()
        Event.objects.create(name="sign_up", user=reader, payload={})
        Genre.objects.create(name=f"Genre {number}")
        for other in ({"edition": edition}, {"other_book": alike}):
            Likeness.objects.create(book=rows["book"], flag="same_book", score=1, **other)
        merged = factories.WorkFactory()
        Merge.objects.create(
            kind="work", merged_id=merged.pk, kept_id=rows["work"].pk, row={}, kept_before={},
            status="merged", merged_by=factories.UserFactory(),
        )  # fmt: skip
    LogEntry.objects.log_create(rows["book"], action=LogEntry.Action.UPDATE, changes={})
    Group.objects.create(name=f"Group {number}")


def pages(rf, superuser, rows):
    """Give the addresses of the side bar, the first page, and the pages of what has many rows."""
    request = rf.get("/admin/")
    request.user = superuser
    sections = admin.site.get_sidebar_list(request)
    links = [item["link"] for section in sections for item in section["items"]]
    lists = [link + QUERY.get(link, "") for link in links]
    return ["/admin/", *lists, *map(page_of, rows.values())]


def counts(client, paths):
    counted = {}
    for path in paths:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200, path
        # Each request empties Django's list of queries.
        counted[path] = len(captured)
    return counted


def test_many_rows_take_as_many_queries_as_one(client, rf, rows, reader):
    superuser = factories.UserFactory(is_staff=True, is_superuser=True)
    client.force_login(superuser)
    add_one(rows, reader)
    with acting_as(SYSTEM):
        paths = pages(rf, superuser, rows)
    # Django reads each kind of row once, and keeps it.
    ContentType.objects.get_for_models(*apps.get_models())
    for_one = counts(client, paths)
    for _ in range(MANY - 1):
        add_one(rows, reader)
    assert counts(client, paths) == for_one
    assert {path: count for path, count in for_one.items() if count >= MOST} == {}

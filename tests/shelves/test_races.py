"""One reader on two devices: whatever comes at the same moment, nothing is lost or left over."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from catalog.models import Work
from config.row_security import SYSTEM, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db(transaction=True)
TRIES = 8
GOOD = {200, 201, 204, 404}


@pytest.fixture
def own(reader):
    """Make authors, works and editions of the reader's own."""

    def make(kind, **fields):
        if kind == "work":
            authors = fields.pop("authors", ())
            work = factories.WorkFactory(owner_user=reader, **fields)
            for author in authors:
                factories.AuthorWorkFactory(work=work, author=author)
            return work
        factory = {"author": factories.AuthorFactory, "edition": factories.EditionFactory}[kind]
        return factory(owner_user=reader, **fields)

    return make


@pytest.fixture
def at_once(api, reader):
    """Send calls at the same moment, each from a thread of its own; give their statuses."""
    client = api(reader)

    def send(*calls):
        start = Barrier(len(calls))

        def ask(call):
            method, path, *body = call
            start.wait(5)
            try:
                return getattr(client, method)(path, *body, format="json").status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(ask, calls))

    return send


def orphans():
    with acting_as(SYSTEM):
        return Work.objects.filter(author_works=None).count()


def test_an_edition_is_chosen_and_deleted(at_once, own):
    for work in [own("work") for _ in range(TRIES)] + factories.WorkFactory.create_batch(TRIES):
        edition = own("edition", work=work)
        choose = ("post", f"/api/works/{work.pk}/primary-edition", {"edition_id": str(edition.pk)})
        assert set(at_once(choose, ("delete", f"/api/editions/{edition.pk}"))) <= GOOD


def test_an_edition_is_added_to_a_work_that_is_deleted(at_once, own):
    for _ in range(TRIES):
        work = own("work")
        add = ("post", "/api/editions", {"work_id": str(work.pk), "title": "New"})
        assert set(at_once(add, ("delete", f"/api/works/{work.pk}"))) <= GOOD


def test_no_work_is_left_without_an_author(at_once, own):
    for _ in range(TRIES):
        one, other, third = (own("author") for _ in range(3))
        both = own("work", authors=[one, other])
        named = {"author_ids": [str(one.pk)]}
        assert (
            set(
                at_once(
                    ("delete", f"/api/authors/{one.pk}"),
                    ("delete", f"/api/authors/{other.pk}"),
                    ("post", "/api/works", {"title": "New"} | named),
                    ("patch", f"/api/works/{own('work', authors=[third]).pk}", named),
                    ("patch", f"/api/user/works/{both.pk}", {"status": "read"}),
                )
            )
            <= GOOD
        )
    assert orphans() == 0


def test_a_work_that_is_deleted_is_skipped_and_the_others_are_added(at_once, own, reader):
    kept = []
    for _ in range(TRIES):
        gone, stays = own("work"), own("work")
        kept.append(stays.pk)
        add = ("post", "/api/user/works/bulk", {"work_ids": [str(gone.pk), str(stays.pk)]})
        assert at_once(add, ("delete", f"/api/works/{gone.pk}")) == [201, 204]
    with acting_as(SYSTEM):
        shelf = sql.ask("SELECT work_id FROM user_works WHERE user_id = %s", [reader.pk])
        count = sql.value("SELECT work_count FROM profiles WHERE user_id = %s", [reader.pk])
    assert sorted(work for (work,) in shelf) == sorted(kept)
    assert count == len(kept)

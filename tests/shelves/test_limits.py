"""Limits that no concurrency gets past: 5,000 works, 500 authors, ten additions in a minute."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from accounts.models import Event
from config.row_security import SYSTEM, Actor, acting_as
from shelves import services
from tests import factories, sql

pytestmark = pytest.mark.django_db(transaction=True)
MAKE = {
    "works": "INSERT INTO works (id, title, openlibrary_id)"
    " SELECT gen_random_uuid(), 'Work ' || n, 'OL' || n || 'W' FROM generate_series(1, %s) n",
    "authors": "INSERT INTO authors (id, name, openlibrary_id)"
    " SELECT gen_random_uuid(), 'Author ' || n, 'OL' || n || 'A' FROM generate_series(1, %s) n",
}


def make(table, number):
    """Make rows of the shared catalog; give their ids."""
    with acting_as(SYSTEM):
        sql.run(MAKE[table], [number])
        return [str(row) for (row,) in sql.ask(f"SELECT id FROM {table} ORDER BY id")]


def post_at_once(client, path, bodies):
    """Send each body from a thread of its own, all at the same moment; count the statuses."""
    start = Barrier(len(bodies))

    def send(body):
        try:
            start.wait()
            return client.post(path, body, format="json").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return Counter(pool.map(send, bodies))


def counted(reader, counter, table):
    """Give the profile's counter beside the rows that it counts."""
    with acting_as(SYSTEM):
        return sql.ask(
            f"SELECT {counter}, (SELECT count(*) FROM {table} WHERE user_id = %(user)s)"
            " FROM profiles WHERE user_id = %(user)s",
            {"user": reader.pk},
        )[0]


def test_twenty_times_five_hundred_works_at_once_leave_five_thousand(api, reader):
    ids = make("works", 10_000)
    bodies = [{"work_ids": ids[n : n + 500]} for n in range(0, 10_000, 500)]
    answers = post_at_once(api(reader), "/api/user/works/bulk", bodies)
    assert answers == {201: 10, 409: 10}
    assert counted(reader, "work_count", "user_works") == (5000, 5000)
    with acting_as(SYSTEM):
        told = Event.objects.filter(name="add_books_bulk").values_list("payload__works", flat=True)
        assert sorted(told) == [*range(500, 5001, 500)]


def test_the_same_works_in_another_order_do_not_wait_for_each_other_for_ever(api, reader):
    ids = make("works", 200)
    bodies = [{"work_ids": ids[:: (-1) ** n]} for n in range(6)]
    assert post_at_once(api(reader), "/api/user/works/bulk", bodies) == {201: 6}
    assert counted(reader, "work_count", "user_works") == (200, 200)
    changes = [{"work_ids": ids[:: (-1) ** n], "status": "read"} for n in range(6)]
    assert post_at_once(api(reader), "/api/user/works/status-bulk", changes) == {200: 6}
    with acting_as(SYSTEM):
        told = Event.objects.filter(name="mark_read").values_list("payload__read", flat=True)
        assert list(told) == [200]


def test_of_twelve_additions_at_once_ten_pass(api, reader):
    bodies = [{"author_id": author_id} for author_id in make("authors", 12)]
    answers = post_at_once(api(reader), "/api/user/authors", bodies)
    assert answers == {201: 10, 429: 2}
    assert counted(reader, "author_count", "user_authors") == (10, 10)
    with acting_as(SYSTEM):
        assert Event.objects.filter(name="add_author").count() == 10


def test_one_author_added_by_many_at_once_is_there_once(api, reader):
    bodies = [{"author_id": make("authors", 1)[0]}] * 6
    assert post_at_once(api(reader), "/api/user/authors", bodies) == {201: 1, 409: 5}
    assert counted(reader, "author_count", "user_authors") == (1, 1)


def test_there_is_room_for_five_hundred_authors_and_no_more(api, reader):
    ids = make("authors", 503)
    with acting_as(SYSTEM):
        sql.run(
            "INSERT INTO user_authors (user_id, author_id) SELECT %s, unnest(%s::uuid[])",
            [reader.pk, ids[:498]],
        )
    bodies = [{"author_id": author_id} for author_id in ids[498:]]
    assert post_at_once(api(reader), "/api/user/authors", bodies) == {201: 2, 409: 3}
    assert counted(reader, "author_count", "user_authors") == (500, 500)


def test_limits_are_each_readers_own(api, reader, other_reader):
    ids = make("authors", 11)
    bodies = [{"author_id": author_id} for author_id in ids]
    assert post_at_once(api(reader), "/api/user/authors", bodies)[429] == 1
    assert post_at_once(api(other_reader), "/api/user/authors", bodies[:1]) == {201: 1}


def test_a_work_that_becomes_read_in_two_requests_at_once_is_told_of_once(api, reader):
    work = factories.UserWorkFactory(user=reader).work
    body = {"work_ids": [str(work.pk)], "status": "read"}
    assert post_at_once(api(reader), "/api/user/works/status-bulk", [body] * 4) == {200: 4}
    with acting_as(SYSTEM):
        assert Event.objects.filter(name="mark_read").count() == 1


def test_an_event_tells_the_counts_that_its_own_change_has_left(api, reader):
    """Of two changes at once the second waits, and must not tell what was before the first."""
    ids = make("works", 8)
    client = api(reader)
    client.post("/api/user/works/bulk", {"work_ids": ids[:1]}, format="json")
    added = Barrier(2)

    def add_slowly():
        with acting_as(Actor("user", reader.pk)):
            services.add_works(reader, [UUID(one) for one in ids[1:]], "to_read")
            added.wait(5)
            time.sleep(0.3)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(add_slowly)
        added.wait(5)
        client.patch(f"/api/user/works/{ids[0]}", {"status": "read"}, format="json")
        slow.result()
    with acting_as(SYSTEM):
        told = Event.objects.get(name="mark_read").payload
    assert (told["works"], told["read"]) == (8, 1)

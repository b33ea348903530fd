"""A reader's counters and limits, kept by triggers whoever writes and however: bare SQL."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from config.errors import constraint_of
from config.row_security import SYSTEM, Actor, acting_as
from tests import sql

LIMITS = {
    "author_count": 500,
    "work_count": 5000,
    "manual_author_count": 500,
    "manual_work_count": 5000,
}
TABLES = {
    "author_count": "user_authors",
    "work_count": "user_works",
    "manual_author_count": "authors",
    "manual_work_count": "works",
}
OWNERS = {
    "author_count": "user_id",
    "work_count": "user_id",
    "manual_author_count": "owner_user_id",
    "manual_work_count": "owner_user_id",
}
ADD = {
    "author_count": "INSERT INTO user_authors (user_id, author_id) SELECT %s, id FROM authors"
    " WHERE owner_user_id IS NULL ORDER BY openlibrary_id OFFSET %s LIMIT %s",
    "work_count": "INSERT INTO user_works (user_id, work_id) SELECT %s, id FROM works"
    " WHERE owner_user_id IS NULL ORDER BY openlibrary_id OFFSET %s LIMIT %s",
    "manual_author_count": "INSERT INTO authors (id, name, manual, owner_user_id)"
    " SELECT md5(%s::text || n)::uuid, 'A', true, %s FROM generate_series(%s + 1, %s) n",
    "manual_work_count": "INSERT INTO works (id, title, manual, owner_user_id)"
    " SELECT md5(%s::text || n)::uuid, 'W', true, %s FROM generate_series(%s + 1, %s) n",
}
every_counter = pytest.mark.parametrize("counter", LIMITS)


def add(counter, user, number, after=0, conflict=""):
    """Insert `number` rows that count for a user, in one statement; leave out the first `after`."""
    if counter.startswith("manual"):
        parameters = [user.pk, user.pk, after, after + number]
    else:
        parameters = [user.pk, after, number]
    return sql.run(f"{ADD[counter]} {conflict}", parameters)


def stock(number):
    """Make shared authors and works to choose from."""
    for table, text, letter in (("authors", "name", "A"), ("works", "title", "W")):
        sql.run(
            f"INSERT INTO {table} (id, {text}, openlibrary_id)"
            f" SELECT gen_random_uuid(), 'x', 'OL' || n || '{letter}' FROM generate_series(1, %s) n",
            [number],
        )


def counted(counter, user):
    """Give (what the profile says, what is there)."""
    return sql.ask(
        f"SELECT {counter}, (SELECT count(*) FROM {TABLES[counter]} t"
        f" WHERE t.{OWNERS[counter]} = p.user_id) FROM profiles p WHERE user_id = %s",
        [user.pk],
    )[0]


@pytest.fixture
def as_system(db):
    with acting_as(SYSTEM):
        yield


@every_counter
class TestCounting:
    def test_inserts_count_up_and_deletes_down(self, counter, reader, other_reader, as_system):
        stock(5)
        add(counter, reader, 3)
        add(counter, other_reader, 2)
        add(counter, reader, 1, after=3)
        assert counted(counter, reader) == (4, 4)
        sql.run(f"DELETE FROM {TABLES[counter]} WHERE {OWNERS[counter]} = %s", [reader.pk])
        assert counted(counter, reader) == (0, 0)
        assert counted(counter, other_reader) == (2, 2)

    def test_one_statement_counts_for_each_of_its_users(
        self, counter, reader, other_reader, as_system
    ):
        stock(3)
        table, owner = TABLES[counter], OWNERS[counter]
        add(counter, reader, 3)
        add(counter, other_reader, 2)
        columns = sql.columns(table)
        sql.run(f"CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT {columns} FROM {table}")
        sql.run(f"DELETE FROM kept WHERE {owner} IS NULL")
        sql.run(f"DELETE FROM {table} WHERE {owner} IS NOT NULL")
        assert [counted(counter, user) for user in (reader, other_reader)] == [(0, 0), (0, 0)]
        sql.run(f"INSERT INTO {table} ({columns}) TABLE kept")
        assert [counted(counter, user) for user in (reader, other_reader)] == [(3, 3), (2, 2)]

    def test_a_conflict_that_is_passed_over_does_not_count(self, counter, reader, as_system):
        stock(4)
        add(counter, reader, 2)
        assert add(counter, reader, 4, conflict="ON CONFLICT DO NOTHING") == 2
        assert counted(counter, reader) == (4, 4)

    def test_a_statement_that_inserts_nothing_changes_nothing(self, counter, reader, as_system):
        assert add(counter, reader, 0) == 0
        assert counted(counter, reader) == (0, 0)

    def test_what_is_rolled_back_was_never_counted(self, counter, reader, as_system):
        stock(1)
        sid = transaction.savepoint()
        add(counter, reader, 1)
        transaction.savepoint_rollback(sid)
        assert counted(counter, reader) == (0, 0)

    def test_a_reader_of_their_own_is_counted_too(self, counter, reader):
        with acting_as(SYSTEM):
            stock(2)
        with acting_as(Actor(role="user", user_id=reader.pk)):
            add(counter, reader, 2)
            assert counted(counter, reader) == (2, 2)

    def test_the_limit_is_exact(self, counter, reader, as_system):
        limit = LIMITS[counter]
        stock(limit + 1)
        add(counter, reader, limit - 1)
        with sql.refused_by(f"profiles_{counter}_limit"):
            add(counter, reader, 2, after=limit - 1)
        add(counter, reader, 1, after=limit - 1)
        with sql.refused_by(f"profiles_{counter}_limit"):
            add(counter, reader, 1, after=limit)
        assert counted(counter, reader) == (limit, limit)


def test_an_upsert_counts_only_what_it_adds(reader, as_system):
    stock(4)
    add("work_count", reader, 2)
    add(
        "work_count",
        reader,
        4,
        conflict="ON CONFLICT (user_id, work_id) DO UPDATE SET status = 'read'",
    )
    assert counted("work_count", reader) == (4, 4)


def test_shared_rows_count_for_nobody(reader, as_system):
    stock(3)
    assert counted("manual_author_count", reader) == (0, 0)
    assert counted("manual_work_count", reader) == (0, 0)


class TestNoTableStandsBeforeOurs:
    def test_a_temporary_table_does_not_take_the_counts(self, reader, as_system):
        stock(1)
        sql.run("CREATE TEMP TABLE profiles (LIKE public.profiles) ON COMMIT DROP")
        add("work_count", reader, 1)
        sql.run("DROP TABLE pg_temp.profiles")
        assert counted("work_count", reader) == (1, 1)

    def test_rows_count_without_a_search_path(self, reader, as_system):
        stock(1)
        with transaction.atomic():
            sql.run("SET LOCAL search_path = ''")
            sql.run(
                "INSERT INTO public.user_works (user_id, work_id) SELECT %s, id FROM public.works",
                [reader.pk],
            )
            sql.run("SET LOCAL search_path TO DEFAULT")
        assert counted("work_count", reader) == (1, 1)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    THREADS, EACH = 20, 500

    def test_twenty_writers_fill_a_shelf_to_the_limit_and_no_further(self, reader):
        """20 times 500 works for 5,000 places: ten get all of theirs in, ten are told why not."""
        with acting_as(SYSTEM):
            stock(self.THREADS * self.EACH)

        def write(number):
            add("work_count", reader, self.EACH, after=number * self.EACH)

        outcomes = self._together(reader, write)
        assert sorted(outcomes) == [""] * 10 + ["profiles_work_count_limit"] * 10
        with acting_as(SYSTEM):
            assert counted("work_count", reader) == (5000, 5000)

    def test_writers_that_add_and_remove_the_same_leave_a_true_count(self, reader):
        with acting_as(SYSTEM):
            stock(50)

        def write(number):
            add("work_count", reader, 30, after=number, conflict="ON CONFLICT DO NOTHING")
            sql.run(
                "DELETE FROM user_works WHERE work_id IN ("
                " SELECT work_id FROM user_works ORDER BY work_id LIMIT 10)"
            )

        assert self._together(reader, write) == [""] * self.THREADS
        with acting_as(SYSTEM):
            profile, rows = counted("work_count", reader)
        assert profile == rows

    def test_two_requests_that_name_the_same_works_in_another_order_both_succeed(self, reader):
        with acting_as(SYSTEM):
            stock(2)
        actor = Actor(role="user", user_id=reader.pk)

        def attach_in_reverse():
            try:
                with acting_as(actor):
                    sql.run(
                        "INSERT INTO user_works (user_id, work_id) SELECT %s, id FROM works"
                        " ORDER BY openlibrary_id DESC ON CONFLICT DO NOTHING",
                        [reader.pk],
                    )
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool, acting_as(actor):
            add("work_count", reader, 1)
            other = pool.submit(attach_in_reverse)
            self._wait_until_somebody_waits_for_us()
            add("work_count", reader, 1, after=1)
        other.result()
        with acting_as(SYSTEM):
            assert counted("work_count", reader) == (2, 2)

    @staticmethod
    def _wait_until_somebody_waits_for_us():
        waiting = (
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        deadline = time.monotonic() + 10
        while not sql.value(waiting):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _together(self, reader, write):
        """Let each thread write in a transaction of its own; give who refused, or "" for none."""
        start = Barrier(self.THREADS)

        def run(number):
            try:
                start.wait()
                with acting_as(Actor(role="user", user_id=reader.pk)):
                    write(number)
            except IntegrityError as refusal:
                return constraint_of(refusal)
            else:
                return ""
            finally:
                connection.close()

        with ThreadPoolExecutor(self.THREADS) as pool:
            return list(pool.map(run, range(self.THREADS)))

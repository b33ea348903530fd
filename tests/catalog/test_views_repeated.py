"""Creating books again and again: limits, retries, and many at once."""

from concurrent.futures import ThreadPoolExecutor
from time import time
from types import SimpleNamespace

import pytest
from django.db import connection

from catalog.models import Edition
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.catalog.book_calls import BOOK, URL, assert_problem, count_books, create

pytestmark = pytest.mark.django_db


class TestRateLimit:
    def test_twenty_in_one_second_and_headers_on_every_answer(self, api, member, monkeypatch):
        # Calls that come slowly are still those of one second.
        now = time()
        monkeypatch.setattr("limits.storage.redis.time", SimpleNamespace(time=lambda: now))
        client = api(member)
        answers = [create(client) for _ in range(25)]
        assert [a.status_code for a in answers] == [201] + [409] * 19 + [429] * 5
        assert all(a["X-RateLimit-Limit"] == "100" for a in answers)
        assert [int(a["X-RateLimit-Remaining"]) for a in answers[:20]] == list(range(99, 79, -1))
        assert all(now < int(a["X-RateLimit-Reset"]) <= now + 62 for a in answers)
        assert_problem(answers[-1], 429, "RATE_LIMITED")
        assert answers[-1]["Retry-After"] == "1"

    def test_a_bad_body_counts_and_has_the_headers(self, api, member):
        response = create(api(member), {})
        assert (response.status_code, response["X-RateLimit-Remaining"]) == (400, "99")

    def test_publishers_do_not_share_their_limit(self, api, member, rival):
        for _ in range(21):
            create(api(member))
        assert create(api(rival), BOOK | {"isbn": "0-306-40615-2"}).status_code == 201

    def test_members_of_one_publisher_do(self, api, member):
        colleague = factories.MembershipFactory(publisher=member.membership.publisher).user
        create(api(member))
        assert create(api(colleague))["X-RateLimit-Remaining"] == "98"

    def test_reading_is_not_limited(self, api, member):
        assert "X-RateLimit-Limit" not in api(member).get(URL)


class TestIdempotency:
    def test_a_retry_gets_the_first_answer(self, api, member):
        first, second = (create(api(member), **{"Idempotency-Key": "k-1"}) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert second["Idempotent-Replayed"] == "true"
        assert second["Location"] == first["Location"]
        assert count_books() == 1

    def test_another_body_with_the_same_key(self, api, member):
        create(api(member), **{"Idempotency-Key": "k-1"})
        response = create(api(member), BOOK | {"title": "Other"}, **{"Idempotency-Key": "k-1"})
        assert_problem(response, 409, "CONFLICT")

    def test_a_refused_create_leaves_the_key_free(self, api, member):
        create(api(member), {}, **{"Idempotency-Key": "k-1"})
        assert create(api(member), **{"Idempotency-Key": "k-1"}).status_code == 201

    def test_keys_are_the_publishers_own(self, api, member, rival):
        create(api(member), **{"Idempotency-Key": "k-1"})
        response = create(api(rival), **{"Idempotency-Key": "k-1"})
        assert_problem(response, 409, "DUPLICATE_ISBN")

    @pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ż"])
    def test_a_key_that_is_none(self, api, member, key):
        response = create(api(member), **{"Idempotency-Key": key})
        assert_problem(response, 400, "VALIDATION_ERROR", "Idempotency-Key")

    def test_after_a_day_the_key_is_forgotten(self, api, member):
        create(api(member), **{"Idempotency-Key": "k-1"})
        with acting_as(SYSTEM), connection.cursor() as cursor:
            cursor.execute("UPDATE idempotent_answers SET created_at = now() - interval '25 hours'")
        response = create(api(member), **{"Idempotency-Key": "k-1"})
        assert_problem(response, 409, "DUPLICATE_ISBN")


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def _at_once(self, number, call):
        def run(index):
            try:
                return call(index)
            finally:
                connection.close()

        with ThreadPoolExecutor(number) as pool:
            return list(pool.map(run, range(number)))

    def test_twenty_creates_of_one_isbn_leave_one_book(self, api, member):
        client = api(member)
        answers = self._at_once(20, lambda _: create(client))
        assert sorted(a.status_code for a in answers) == [201] + [409] * 19
        assert count_books() == 1

    def test_ten_retries_at_once_are_one_create(self, api, member):
        client = api(member)
        answers = self._at_once(10, lambda _: create(client, **{"Idempotency-Key": "k"}))
        assert {a.status_code for a in answers} == {201}
        assert len({a.json()["data"]["bookId"] for a in answers}) == 1

    def test_ten_finalize_at_once_place_it_once(self, api, member):
        client = api(member)
        link = create(client).json()["links"]["finalize"]
        answers = self._at_once(10, lambda _: client.patch(link))
        assert sorted(a.status_code for a in answers) == [200] + [409] * 9
        with acting_as(SYSTEM):
            assert Edition.objects.count() == 1

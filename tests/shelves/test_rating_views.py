"""`/books/{id}/rating` over HTTP, and the totals that triggers keep (contract, "Members")."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from accounts import services
from catalog import lifecycle
from config.row_security import SYSTEM, acting_as
from shelves.models import Rating
from tests import factories, sql
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db


def active_book(**fields):
    book = factories.BookFactory(**fields)
    with acting_as(SYSTEM):
        return lifecycle.finalize(book)


@pytest.fixture
def book(db):
    return active_book()


@pytest.fixture
def url(book):
    return f"/books/{book.pk}/rating"


def rate(client, url, score):
    return client.put(url, {"score": score}, format="json")


def assert_totals_are_those_of_the_rows():
    with acting_as(SYSTEM):
        kept = sql.ask("SELECT book_id, count, sum FROM book_ratings WHERE count > 0 ORDER BY 1")
        counted = sql.ask(
            "SELECT book_id, count(*), sum(score) FROM ratings WHERE book_id IS NOT NULL"
            " GROUP BY 1 ORDER BY 1"
        )
    assert kept == counted


def test_a_book_shows_what_its_ratings_come_to(api, reader, other_reader, moderator, url, book):
    answers = [rate(api(u), url, s) for u, s in ((reader, 5), (other_reader, 4), (moderator, 2))]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[2].json() == {"score": 2, "rating": {"average": 3.67, "count": 3}}
    shown = api(reader).get(f"/books/{book.pk}").json()["rating"]
    assert shown == api(reader).get("/books").json()["items"][0]["rating"]
    assert shown == {"average": 3.67, "count": 3}


def test_the_second_rating_takes_the_place_of_the_first(api, reader, other_reader, url):
    rate(api(other_reader), url, 1)
    rate(api(reader), url, 1)
    assert rate(api(reader), url, 4).json() == {"score": 4, "rating": {"average": 2.5, "count": 2}}
    assert rate(api(reader), url, 4).json()["rating"]["count"] == 2
    assert_totals_are_those_of_the_rows()


def test_taking_it_back(api, reader, url, book):
    rate(api(reader), url, 5)
    assert api(reader).delete(url).status_code == 204
    problem_of(api(reader).delete(url), 404, "NOT_FOUND")
    assert api(reader).get(f"/books/{book.pk}").json()["rating"] == {"average": None, "count": 0}


@pytest.mark.parametrize("score", [0, 6, -1, 4.5, 4.0, "4", True, None, [4], 10**30])
def test_what_is_no_score(api, reader, url, score):
    assert fields_of(problem_of(rate(api(reader), url, score), 400, "VALIDATION_ERROR")) == [
        "score"
    ]


def test_a_hidden_book_is_rated_by_those_who_see_it(api, reader, other_reader, moderator):
    book = factories.BookFactory(publisher=None, created_by=reader)
    url = f"/books/{book.pk}/rating"
    assert rate(api(reader), url, 3).status_code == 200
    assert rate(api(moderator), url, 3).status_code == 200
    problem_of(rate(api(other_reader), url, 3), 404, "NOT_FOUND")
    problem_of(api(other_reader).delete(url), 404, "NOT_FOUND")


class TestTotals:
    def test_of_many_at_once_and_of_works_too(self, reader, other_reader, book):
        other = active_book()
        rows = [
            Rating(user=user, book=each, score=score)
            for score, user in enumerate((reader, other_reader), 1)
            for each in (book, other)
        ]
        rows.append(Rating(user=reader, work=factories.WorkFactory(), score=5))
        with acting_as(SYSTEM):
            Rating.objects.bulk_create(rows)
            assert_totals_are_those_of_the_rows()
            Rating.objects.update(score=4)
            assert_totals_are_those_of_the_rows()
            Rating.objects.filter(user=reader).delete()
            assert_totals_are_those_of_the_rows()
            Rating.objects.all().delete()
            assert_totals_are_those_of_the_rows()

    def test_a_savepoint_that_is_taken_back(self, reader, book):
        with acting_as(SYSTEM):
            with transaction.atomic():
                factories.RatingFactory(user=reader, work=None, book=book)
                transaction.set_rollback(True)
            assert_totals_are_those_of_the_rows()

    def test_the_end_of_an_account_takes_its_ratings_out(self, api, reader, other_reader, url):
        mine = factories.BookFactory(publisher=None, created_by=reader)
        for user in (reader, other_reader):
            rate(api(user), url, 5)
            factories.RatingFactory(user=user, work=None, book=mine)
            factories.CommentFactory(user=user, book=mine)
        services.delete_account(reader)
        shown = api(other_reader).get(url.removesuffix("/rating")).json()["rating"]
        assert shown == {"average": 5.0, "count": 1}
        assert_totals_are_those_of_the_rows()


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """What comes at the same moment from several people; nobody waits in a circle."""

    @pytest.fixture
    def at_once(self, api):
        def send(*calls):
            start = Barrier(len(calls))

            def ask(call):
                user, method, path, body = call
                client = api(user)
                start.wait(5)
                try:
                    return getattr(client, method)(path, body, format="json").status_code
                finally:
                    connection.close()

            with ThreadPoolExecutor(len(calls)) as pool:
                return list(pool.map(ask, calls))

        return send

    def test_everybody_rates_everything(self, at_once, reader, other_reader, member, moderator):
        people = (reader, other_reader, member, moderator)
        urls = [f"/books/{active_book().pk}/rating" for _ in range(2)]
        calls = [
            (user, "put", url, {"score": 1 + number % 5})
            for number, user in enumerate(people)
            for url in urls * 2
        ]
        assert set(at_once(*calls)) == {200}
        assert_totals_are_those_of_the_rows()
        taken_back = [(user, "delete", url, None) for user in people for url in urls]
        assert set(at_once(*calls, *taken_back)) <= {200, 204, 404}
        assert_totals_are_those_of_the_rows()

    def test_a_book_is_deleted_while_others_speak_of_it(self, at_once, reader, moderator):
        for number in range(8):
            book = factories.BookFactory(publisher=None, created_by=reader)
            url = f"/books/{book.pk}"
            if number % 2:
                for user in (reader, moderator):
                    factories.RatingFactory(user=user, work=None, book=book)
            statuses = at_once(
                (reader, "delete", url, None),
                (reader, "put", f"{url}/rating", {"score": 5}),
                (moderator, "put", f"{url}/rating", {"score": 1}),
                (moderator, "delete", f"{url}/rating", None),
                (moderator, "post", f"{url}/comments", {"body": "Hm."}),
                (reader, "put", url, {"title": f"Other {number}", "authors": ["A"]}),
                (reader, "delete", url, None),
            )
            assert set(statuses) <= {200, 201, 204, 404}
            assert sorted((statuses[0], statuses[-1])) == [204, 404]
        assert_totals_are_those_of_the_rows()

    def test_a_book_is_finalized_while_its_member_changes_it(self, at_once, api, reader):
        book = factories.BookFactory(publisher=None, created_by=reader)
        body = {"title": "Other", "authors": ["A"]}
        start = Barrier(2)

        def finalize():
            start.wait(5)
            try:
                with acting_as(SYSTEM):
                    lifecycle.finalize(book)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(finalize)
            start.wait(5)
            assert api(reader).put(f"/books/{book.pk}", body, format="json").status_code in (
                200,
                409,
            )
            done.result()

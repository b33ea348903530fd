"""Batches of rows, and what happens when somebody else writes at the same time."""

import threading
import time

import pytest
from django.db import connection

from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from enrichment.book_files.rows import Row
from enrichment.book_import import BookImport, batches
from enrichment.book_import.batching import BYTES_A_BATCH
from tests import factories
from tests.factories import isbn13

pytestmark = pytest.mark.django_db(transaction=True)


def row(number, **fields):
    data = {"title": f"Book {number}", "author": "A", "isbn": isbn13(number), "price": 1} | fields
    return Row(line=number, data=data, original=data, size=100)


@pytest.fixture
def acme():
    return factories.PublisherFactory(name="Acme")


def test_batches_are_small_in_rows_and_in_bytes():
    few = [row(n) for n in range(450)]
    large = [Row(n, None, None, BYTES_A_BATCH // 2) for n in range(5)]
    assert [len(batch) for batch in batches(few)] == [200, 200, 50]
    assert [len(batch) for batch in batches(large)] == [2, 2, 1]
    assert list(batches([])) == []


def test_a_row_without_end_to_its_mistakes_is_refused_in_few_words(acme):
    (refusal,) = BookImport(acme).load([row(1, coverImages=["x"] * 5000)]).refused
    assert len(refusal.details) == 21
    assert refusal.details[-1] == {"field": "row", "message": "4,980 more mistakes."}


class TestSomebodyElseIsQuicker:
    """Another writer takes an ISBN after the batch has looked for it."""

    @pytest.fixture
    def load_beside(self, monkeypatch, acme):
        def load(*, publisher, finalize=False):
            look = BookImport._known
            looks = []

            def look_then_lose(job, isbns):
                found = look(job, isbns)
                if not looks:
                    looks.append(isbns)
                    start_thread(lambda: _taken(publisher)).join(10)
                return found

            monkeypatch.setattr(BookImport, "_known", look_then_lose)
            return BookImport(acme, finalize=finalize).load([row(1), row(2)])

        return load

    def test_the_same_publishers_book_is_already_there(self, load_beside, acme):
        result = load_beside(publisher=acme, finalize=True)
        assert (result.created, result.already_there, result.finalized) == (1, 1, 2)
        with acting_as(SYSTEM):
            assert set(Book.objects.values_list("status", flat=True)) == {"ACTIVE"}

    def test_another_publishers_book_is_refused(self, load_beside):
        result = load_beside(publisher=factories.PublisherFactory(), finalize=True)
        assert (result.created, len(result.refused)) == (1, 1)
        assert result.refused[0].details[0]["field"] == "isbn"


def test_a_batch_that_is_locked_out_is_done_again(acme, monkeypatch):
    """Two writers take two ISBNs the other way round; PostgreSQL ends who waited first: ours."""
    other = factories.PublisherFactory(name="Other")
    holds = threading.Event()
    create, look, tries = BookImport._create, BookImport._known, []

    def write_the_other_way_round():
        with acting_as(SYSTEM):
            _book(2, other)
            holds.set()
            wait_until(_somebody_waits)
            _book(1, other)

    def create_then_wait(job, fields):
        made = create(job, fields)
        assert holds.wait(10)
        return made

    def count_tries(job, isbns):
        tries.append(isbns)
        return look(job, isbns)

    monkeypatch.setattr(BookImport, "_create", create_then_wait)
    monkeypatch.setattr(BookImport, "_known", count_tries)
    writer = start_thread(write_the_other_way_round)
    result = BookImport(acme).load([row(1), row(2)])
    writer.join(10)

    assert tries.count([isbn13(1), isbn13(2)]) == 2
    assert (result.created, [refusal.row.line for refusal in result.refused]) == (0, [1, 2])


def _taken(publisher):
    factories.BookFactory(isbn13=isbn13(1), publisher=publisher)


def _book(number, publisher):
    Book.objects.create(
        title="Other", authors=["B"], isbn13=isbn13(number), price=1, publisher=publisher
    )


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database())"
        )
        return cursor.fetchone()[0]


def start_thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)

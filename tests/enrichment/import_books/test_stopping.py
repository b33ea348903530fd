"""`import_books` that is killed or interrupted, in a process of its own."""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.db import connection

from catalog.models import Book, Genre
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.enrichment.import_books.files import as_lines, book, call, loaded
from tests.environment import beside_this_test
from tests.factories import isbn13

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
PROJECT = Path(__file__).resolve().parents[3]
ROWS = 410
"""Of a load that is killed: two batches, and some rows more."""


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
class TestStopping:
    def test_a_killed_load_is_made_whole_by_another(self, tmp_path):
        factories.PublisherFactory(name="Acme")
        file = tmp_path / "books.jsonl"
        file.write_text(as_lines(*(book(n, genres=_genres(n)) for n in range(ROWS))))

        with _running(str(file)) as process:
            _wait_until(lambda: _count() >= 200)
            process.kill()
            process.wait()
        done = len(loaded())
        assert 200 <= done < ROWS
        assert done % 200 == 0
        result = call(str(file), "--publisher", "Acme")

        assert result.code == 0
        with acting_as(SYSTEM):
            made = {
                one.isbn13: (one.title, [tag.genre.name for tag in one.book_genres.all()])
                for one in Book.objects.prefetch_related("book_genres__genre")
            }
            assert LogEntry.objects.filter(content_type__model="book").count() == ROWS + ROWS // 10
            assert Genre.objects.count() == 7
        assert made == {isbn13(n): (f"Book {n}", _genres(n)) for n in range(ROWS)}
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'books'::regclass")
            assert cursor.fetchone()[0] >= 200, "PostgreSQL has no statistics of the new rows"

    def test_ctrl_c_tells_what_is_in(self):
        factories.PublisherFactory(name="Acme")
        with _running("-", "--format", "jsonl") as process:
            process.stdin.write("".join(as_lines(book(n)) for n in range(210)).encode())
            process.stdin.flush()
            _wait_until(lambda: _count() == 200)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)

        assert process.returncode == 130
        assert b"200  created" in out
        assert b"run the same command again" in err
        assert len(loaded()) == 200


def _genres(number):
    return [f"Genre {number % 7}"] if number % 10 == 0 else []


@contextmanager
def _running(*arguments):
    """Start the command in a process of its own, on the test's database."""
    command = [sys.executable, "manage.py", "import_books", *arguments, "--publisher", "Acme"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=PROJECT, env=beside_this_test(), stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _count():
    with acting_as(SYSTEM):
        return Book.objects.count()


def _wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)

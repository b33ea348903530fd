"""Readers who go on reading while a load runs: a few questions a second, of one of the servers."""

from __future__ import annotations

import itertools
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from bench.client import Client, Person, request
from bench.measure import is_good, percentile
from bench.rows import READER, row_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

CLIENTS = 2
PAUSE = 0.05
"""Seconds between an answer and the next question of a client."""
SHELF = 500


@dataclass
class Answers:
    """How long good answers took, in milliseconds, and how many were not good."""

    times: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def p50(self) -> float:
        return percentile(self.times, 0.5)

    @property
    def p99(self) -> float:
        return percentile(self.times, 0.99)


def seat(database: psycopg.Connection) -> None:
    """Make a reader with a shelf of works that have authors."""
    reader = row_id(READER, 0)
    database.execute(
        "INSERT INTO users (id, email, password, is_superuser, is_staff, is_active)"
        " VALUES (%s, 'reader@bench.example', '!', false, false, true)",
        [reader],
    )
    database.execute(
        "INSERT INTO user_works (user_id, work_id, status)"
        " SELECT %s, work_id, 'to_read' FROM (SELECT DISTINCT work_id FROM author_works"
        " ORDER BY work_id LIMIT %s) found",
        [reader, SHELF],
    )


def questions(database: psycopg.Connection, person: Person) -> list[bytes]:
    """Give what is asked in turn: a shelf, a work, an author's works, a search."""
    found = database.execute(
        "SELECT w.id, w.title, l.author_id FROM user_works s JOIN works w ON w.id = s.work_id"
        " JOIN author_works l ON l.work_id = w.id ORDER BY w.id LIMIT 100"
    ).fetchall()
    return [
        request("GET", path, person)
        for work_id, title, author_id in found
        for path in (
            "/api/user/works",
            f"/api/works/{work_id}",
            f"/api/authors/{author_id}/works",
            f"/api/works/search?q={quote(title.split()[0])}",
        )
    ]


@contextmanager
def reading(port: int, asked: list[bytes]) -> Iterator[Answers]:
    """Have readers ask for a block."""
    answers, is_over = Answers(), threading.Event()
    threads = [
        threading.Thread(target=_read, args=[port, _from(asked, number), answers, is_over])
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _from(asked: list[bytes], number: int) -> Callable[[], bytes]:
    """Let each client begin at another question."""
    return itertools.islice(itertools.cycle(asked), number * len(asked) // 2, None).__next__


def _read(
    port: int, next_request: Callable[[], bytes], answers: Answers, is_over: threading.Event
) -> None:
    client = Client(port)
    while not is_over.wait(PAUSE):
        began = time.perf_counter()
        try:
            status, _ = client.ask(next_request())
        except OSError:
            status = 0
        if is_good(status):
            answers.times.append((time.perf_counter() - began) * 1000)
        else:
            answers.refused += 1
    client.close()

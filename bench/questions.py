"""What is asked: each reading path with each of its filters, and the common writes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bench.client import request
from bench.rows import AUTHOR, PUBLISHER, isbn13, row_id, word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import psycopg

    from bench.client import Person

READ_BUDGET, WRITE_BUDGET = 4.0, 6.0
WORD_RANKS = (40, 60, 80, 100, 150, 200, 300, 500)
BULK = 500
PATCHED = 200
# Beyond the ISBNs of the catalog's editions, and of books of earlier runs, which are deleted.
FIRST_BOOK = 500_000_000


@dataclass(frozen=True)
class Question:
    """A path to measure: its name, its requests in turn, and what it may cost."""

    name: str
    next_request: Callable[[], bytes]
    budget: float | None = READ_BUDGET
    at_eight: bool = False
    between: Callable[[], None] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class People:
    """Who asks: the reader with the big shelf, another one, and publishers' members."""

    reader: Person
    other: Person
    members: list[Person]


def questions(database: psycopg.Connection, people: People) -> list[Question]:
    """Give all questions, about rows that are there."""
    return [
        *_shelf(people.reader),
        *_catalog(database, people.reader),
        *_writes(database, people),
    ]


def _in_turn(requests: Iterable[bytes]) -> Callable[[], bytes]:
    return itertools.cycle(list(requests)).__next__


def _gets(person: Person, *paths: str) -> Callable[[], bytes]:
    return _in_turn(request("GET", path, person) for path in paths)


def _shelf(reader: Person) -> list[Question]:
    def ask(name: str, *queries: str, at_eight: bool = False) -> Question:
        paths = (f"/api/user/works{query}" for query in queries)
        return Question(f"shelf, {name}", _gets(reader, *paths), at_eight=at_eight)

    authors = [f"?author_id={row_id(AUTHOR, number)}" for number in range(5)]
    return [
        ask("by year", "", at_eight=True),
        ask("by title", "?sort=title_asc"),
        ask("by year, page 200", "?page=200"),
        ask("by title, page 200", "?sort=title_asc&page=200"),
        ask("one status", "?status=read"),
        ask("two statuses", "?status=read&status=in_progress"),
        ask("available", "?available=true"),
        ask("of one author", *authors),
        ask("search", *(f"?search={word(rank)}" for rank in WORD_RANKS)),
    ]


def _catalog(database: psycopg.Connection, reader: Person) -> list[Question]:
    works = database.execute(
        "SELECT id, title FROM works WHERE length(title) > 20 ORDER BY md5(id::text) LIMIT 100"
    )
    ids, titles = zip(*works.fetchall(), strict=True)
    authors = [f"/api/authors/{row_id(AUTHOR, number)}/works" for number in range(20)]

    def search(*texts: str) -> Callable[[], bytes]:
        return _gets(reader, *(f"/api/works/search?q={quote(text)}" for text in texts))

    return [
        Question("an author's works", _gets(reader, *authors)),
        Question("one work", _gets(reader, *(f"/api/works/{one}" for one in ids)), at_eight=True),
        Question("search, a word", search(*map(word, WORD_RANKS)), at_eight=True),
        Question("search, an exact title", search(*titles)),
        Question("search, an ISBN", search(*(isbn13(n) for n in range(1, 100) if n % 5))),
        Question("profile", _gets(reader, "/api/profile")),
    ]


def _writes(database: psycopg.Connection, people: People) -> list[Question]:
    changed = _change_status(database, people.reader)
    return [
        Question("change a status", changed, WRITE_BUDGET, at_eight=True),
        _attach(database, people.other),
        Question("create a book", _create_book(people.members), WRITE_BUDGET),
    ]


def _change_status(database: psycopg.Connection, reader: Person) -> Callable[[], bytes]:
    """Give requests of which each one changes something, whoever was asked before."""
    rows = database.execute(
        "UPDATE user_works SET status = 'to_read' WHERE user_id = %s AND work_id IN (SELECT work_id"
        " FROM user_works WHERE user_id = %s ORDER BY work_id LIMIT %s) RETURNING work_id",
        [reader.user_id, reader.user_id, PATCHED],
    ).fetchall()
    return _in_turn(
        request("PATCH", f"/api/user/works/{work_id}", reader, {"status": status})
        for status in ("in_progress", "to_read")
        for (work_id,) in rows
    )


def _attach(database: psycopg.Connection, reader: Person) -> Question:
    wanted = database.execute(
        "SELECT id FROM works WHERE id NOT IN (SELECT work_id FROM user_works WHERE user_id = %s)"
        " ORDER BY id LIMIT %s",
        [reader.user_id, BULK],
    ).fetchall()
    ids: list[Any] = [work_id for (work_id,) in wanted]

    def detach() -> None:
        database.execute(
            "DELETE FROM user_works WHERE user_id = %s AND work_id = ANY(%s)", [reader.user_id, ids]
        )

    attach = request("POST", "/api/user/works/bulk", reader, {"work_ids": ids})
    return Question(f"attach {len(ids)} works", _in_turn([attach]), None, between=detach)


def _create_book(members: list[Person]) -> Callable[[], bytes]:
    """Give new books, each of the next publisher: one alone would soon meet the limit."""
    numbers = itertools.count(FIRST_BOOK)

    def next_book() -> bytes:
        number = next(numbers)
        book = {"title": f"Book {number}", "author": "A. Author", "price": 9.99}
        member = members[number % len(members)]
        return request("POST", "/api/v1/books", member, book | {"isbn": isbn13(number)})

    return next_book


def forget_books(database: psycopg.Connection) -> None:
    """Delete the books of earlier runs."""
    ids = [row_id(PUBLISHER, number) for number in range(1000)]
    database.execute("DELETE FROM books WHERE publisher_id = ANY(%s)", [ids])

"""The floor: a bare WSGI application that asks one good statement for each question.

It has no authentication, policies, limits or logs: who asks stands in the header X-Reader (and
X-Publisher), which the other two servers ignore. Its JSON has the shape of the project's.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from uuid import uuid4

import orjson
import psycopg

from bench import floor_sql as sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    Row = tuple[Any, ...]

PAGE = 20


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    status, body = _handler(environ)(environ)
    payload = orjson.dumps(body)
    length = ("Content-Length", str(len(payload)))
    start_response(status, [("Content-Type", "application/json"), length])
    return [payload]


Answer = tuple[str, Any]
OK, CREATED = "200 OK", "201 Created"


def _handler(environ: WSGIEnvironment) -> Callable[[WSGIEnvironment], Answer]:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    fixed = FIXED.get((method, path))
    if fixed:
        return fixed
    if path.startswith("/api/user/works/"):
        return _change_status
    return _works_of_author if path.endswith("/works") else _one_work


def _empty(_environ: WSGIEnvironment) -> Answer:
    """Answer nothing: what client, connection and gunicorn take by themselves."""
    return OK, {}


def _shelf(environ: WSGIEnvironment) -> Answer:
    query = _query(environ)
    filters = [name for name in sql.SHELF_FILTERS if name in query]
    statement = sql.shelf(query.get("sort", ["published_desc"])[0], *filters)
    given = {name: query[name][0] for name in ("available", "author_id", "search") if name in query}
    return _page(statement, environ, query, status=query.get("status"), **given)


def _works_of_author(environ: WSGIEnvironment) -> Answer:
    author = environ["PATH_INFO"].split("/")[3]
    return _page(sql.WORKS_OF_AUTHOR, environ, _query(environ), author_id=author)


def _search(environ: WSGIEnvironment) -> Answer:
    query = _query(environ)
    text = query["q"][0]
    statement = sql.BY_ISBN if text.isdigit() else sql.BY_WORDS
    return _page(statement, environ, query, q=text)


def _one_work(environ: WSGIEnvironment) -> Answer:
    work_id = environ["PATH_INFO"].rpartition("/")[2]
    row = _rows(sql.ONE_WORK, reader=environ["HTTP_X_READER"], work=work_id)[0]
    return OK, {"work": _work(row)}


def _profile(environ: WSGIEnvironment) -> Answer:
    row = _rows(sql.PROFILE, reader=environ["HTTP_X_READER"])[0]
    return OK, dict(zip(sql.PROFILE_KEYS, row, strict=True))


def _change_status(environ: WSGIEnvironment) -> Answer:
    status = _body(environ)["status"]
    work_id = environ["PATH_INFO"].rpartition("/")[2]
    reader = environ["HTTP_X_READER"]
    row = _rows(sql.CHANGE_STATUS, reader=reader, work=work_id, status=status)[0]
    return OK, _item(row)


def _attach(environ: WSGIEnvironment) -> Answer:
    wanted = _body(environ)["work_ids"]
    added = [row[0] for row in _rows(sql.ATTACH, reader=environ["HTTP_X_READER"], works=wanted)]
    new = {str(work_id) for work_id in added}
    return CREATED, {"added": added, "skipped": [one for one in wanted if one not in new]}


def _create_book(environ: WSGIEnvironment) -> Answer:
    body, book_id = _body(environ), uuid4()
    publisher, member = environ["HTTP_X_PUBLISHER"], environ["HTTP_X_READER"]
    book = body | {"id": book_id, "publisher": publisher, "member": member}
    created = _rows(sql.CREATE_BOOK, **book)[0][0]
    data = {"bookId": book_id, "status": "PENDING", "createdDate": created}
    return CREATED, {"status": "success", "data": data}


FIXED: dict[tuple[str, str], Callable[[WSGIEnvironment], Answer]] = {
    ("GET", "/empty"): _empty,
    ("GET", "/api/user/works"): _shelf,
    ("GET", "/api/works/search"): _search,
    ("GET", "/api/profile"): _profile,
    ("POST", "/api/user/works/bulk"): _attach,
    ("POST", "/api/v1/books"): _create_book,
}


def _page(
    statement: str, environ: WSGIEnvironment, query: dict[str, list[str]], **given: Any
) -> Answer:
    """Answer a list; the statement gives the total in its last column."""
    number = int(query.get("page", ["1"])[0])
    start = (number - 1) * PAGE
    rows = _rows(statement, reader=environ["HTTP_X_READER"], start=start, **given)
    shaped = _item if len(rows and rows[0]) > sql.WORK_WIDTH + 1 else _work
    total = rows[0][-1] if rows else 0
    return OK, {"items": [shaped(row) for row in rows], "total": total, "page": number}


def _work(row: Row) -> dict[str, Any]:
    work = dict(zip(sql.WORK_KEYS, row, strict=False))
    work["authors"] = orjson.Fragment(work["authors"] or "[]")
    edition = row[len(sql.WORK_KEYS) : sql.WORK_WIDTH]
    shown = dict(zip(sql.EDITION_KEYS, edition, strict=True)) if edition[0] else None
    work["primary_edition"] = shown
    return work


def _item(row: Row) -> dict[str, Any]:
    shelf = dict(zip(sql.ITEM_KEYS, row[sql.WORK_WIDTH :], strict=False))
    return {"work": _work(row), **shelf}


def _rows(statement: str, **given: Any) -> list[Row]:
    return _connection().execute(statement.encode(), given, prepare=True).fetchall()


@cache
def _connection() -> psycopg.Connection:
    """Keep one connection for the life of the worker process."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _query(environ: WSGIEnvironment) -> dict[str, list[str]]:
    return parse_qs(environ["QUERY_STRING"])


def _body(environ: WSGIEnvironment) -> Any:
    return orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))

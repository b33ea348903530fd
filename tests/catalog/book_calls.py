"""Calls of `/api/v1/books`, and what their answers have to say."""

import json

from catalog.models import Book
from config.row_security import SYSTEM, acting_as

URL = "/api/v1/books"
BOOK = {
    "title": "The Art of API Design",
    "author": "Jane Developer",
    "description": "A comprehensive guide to designing robust APIs",
    "language": "en",
    "publishedDate": "2025-01-15",
    "isbn": "978-3-16-148410-0",
    "price": 29.99,
    "coverImages": ["https://cdn.bookhub.com/covers/api-design.jpg"],
    "genres": ["Technology", "Programming"],
    "bookFormat": "Paperback",
}
MINIMUM = {key: BOOK[key] for key in ("title", "author", "isbn", "price")}


def create(client, body=None, **headers):
    # ASCII JSON, so that a lone surrogate can be sent too.
    text = json.dumps(BOOK if body is None else body)
    return client.post(URL, text, content_type="application/json", headers=headers)


def count_books():
    with acting_as(SYSTEM):
        return Book.objects.count()


def assert_problem(response, status, code, field=None):
    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, "error", code), body
    assert body["message"]
    assert body["requestId"] == response["X-Request-ID"]
    if field:
        assert field in [detail["field"] for detail in body["details"]]

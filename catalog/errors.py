"""Which error a caller meets when the catalog's constraints refuse a write."""

from __future__ import annotations

from config.errors import DuplicateBookError, DuplicateIsbnError, on_constraint

on_constraint(
    "books_isbn13_unique",
    lambda: DuplicateIsbnError(
        details=[{"field": "isbn", "message": DuplicateIsbnError.default_detail}]
    ),
)
on_constraint("books_title_authors_unique", DuplicateBookError)

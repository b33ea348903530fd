"""Which error a caller meets when the catalog's constraints refuse a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import DuplicateBookError, DuplicateIsbnError, NotFoundError, on_constraint

if TYPE_CHECKING:
    from uuid import UUID

OWN_ISBN_TAKEN = "You have an edition with this ISBN already."


def duplicate_book(book_id: UUID | None = None) -> DuplicateBookError:
    """Refuse a title and authors that are taken; `book_id` is for whoever may see that book."""
    known = [{"field": "id", "message": str(book_id)}] if book_id else []
    taken = {"field": "title", "message": DuplicateBookError.default_detail}
    return DuplicateBookError(details=[*known, taken])


on_constraint(
    "books_isbn13_unique",
    lambda: DuplicateIsbnError(
        details=[{"field": "isbn", "message": DuplicateIsbnError.default_detail}]
    ),
)
on_constraint("books_title_authors_unique", duplicate_book)
on_constraint(
    "editions_isbn13_unique_per_owner",
    lambda: DuplicateIsbnError(
        OWN_ISBN_TAKEN, details=[{"field": "isbn13", "message": OWN_ISBN_TAKEN}]
    ),
)
# Whoever chose an edition saw it there a moment ago; it has been moved to another work meanwhile.
for moved in ("edition_choices_of_work", "works_primary_edition_own"):
    on_constraint(moved, NotFoundError)

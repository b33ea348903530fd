"""The catalog (authors, works, editions) and the books that people submit to it."""

from catalog.models.aliases import OpenLibraryAlias
from catalog.models.books import TRANSITIONS, Book, BookGenre, Genre, IdempotentAnswer
from catalog.models.merges import Merge, MergeMove
from catalog.models.works import Author, AuthorWork, Edition, EditionChoice, EditionIsbn, Work

__all__ = [
    "TRANSITIONS",
    "Author",
    "AuthorWork",
    "Book",
    "BookGenre",
    "Edition",
    "EditionChoice",
    "EditionIsbn",
    "Genre",
    "IdempotentAnswer",
    "Merge",
    "MergeMove",
    "OpenLibraryAlias",
    "Work",
]

"""The database's own functions (catalog/migrations/0001), for use in queries and constraints."""

from __future__ import annotations

from django.db import models


class FoldText(models.Func):
    """PostgreSQL's `fold_text`: NFKC, case folded, white space folded; how texts are compared."""

    function = "public.fold_text"
    arity = 1
    output_field = models.TextField()


class IsIsbn13(models.Func):
    """PostgreSQL's `is_isbn13`: thirteen digits whose check digit is right."""

    function = "public.is_isbn13"
    arity = 1
    output_field = models.BooleanField()


class BookKey(models.Func):
    """PostgreSQL's `book_key`: equal for the same title and authors, in any order and case."""

    function = "public.book_key"
    arity = 2
    output_field = models.TextField()


class HasWords(models.Func):
    """Whether a book's title and authors have all words of a query: `HasWords("pk", Value(q))`.

    Of a query that more books have than `search_books` gives (10,000), the newest of them do;
    migration 0020. The ids stand in an array, since PostgreSQL looks all of it up in one walk along
    the index, while it goes down from the index's root for each id of a sub-select.
    """

    template = "(%(expressions)s))))"
    arg_joiner = " = ANY (ARRAY(SELECT public.search_books("
    arity = 2
    output_field = models.BooleanField()


class SharedAuthorsNamed(models.Func):
    """Ids of the shared authors of a name, whatever its case and white space; migration 0005."""

    function = "public.shared_authors_named"
    template = "(SELECT %(function)s(%(expressions)s))"
    arity = 1
    output_field = models.UUIDField()


class TitleKey(models.Func):
    """PostgreSQL's `title_key`: a title or name as lists sort and search it; migration 0006."""

    function = "public.title_key"
    arity = 1
    output_field = models.TextField()

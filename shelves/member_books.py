"""Members' books: shown, submitted, replaced and deleted (contract, "Members").

The caller has opened a transaction as the actor who is handed in.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, TextField, Value

from catalog import lifecycle
from catalog.errors import duplicate_book
from catalog.functions import BookKey
from catalog.locks import with_locks
from catalog.models import Book, BookGenre
from config.errors import ForbiddenError, NotFoundError, constraint_of
from shelves.book_serializers import MemberBookSerializer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from config.row_security import Actor

TAKING = Q(status=Book.Status.ACTIVE) | Q(publisher=None, status=Book.Status.PENDING)
"""Books beside which there is no other of the same title and authors."""


def with_details(books: QuerySet[Book]) -> QuerySet[Book]:
    """Read along what `shown` shows of each book, in two queries however many there are."""
    tags = BookGenre.objects.select_related("genre")
    return books.prefetch_related(Prefetch("book_genres", tags), "rating_total")


def shown(books: Iterable[Book], actor: Actor) -> list[dict[str, Any]]:
    """Give books as `/books` shows them, flat, each with its rating."""
    # The stubs know of one book alone.
    several: Any = list(books)
    return list(MemberBookSerializer(several, many=True, context={"actor": actor}).data)


def one(book_id: UUID, actor: Actor) -> dict[str, Any]:
    """Give a book as `/books` shows it; raises NotFoundError when the actor may not see it."""
    return shown([_one_of(with_details(Book.objects.visible_to(actor)), book_id)], actor)[0]


def visible(book_id: UUID, actor: Actor) -> Book:
    """Read a book alone; raises NotFoundError when the actor may not see it."""
    return _one_of(Book.objects.visible_to(actor), book_id)


def _one_of(books: QuerySet[Book], book_id: UUID) -> Book:
    book = books.filter(pk=book_id).first()
    if book is None:
        raise NotFoundError
    return book


def own_pending(book_id: UUID, actor: Actor) -> Book:
    """Read a book that the actor may change here.

    Raises NotFoundError when it is hidden, ForbiddenError when somebody else brought it, and
    InvalidStatusError when it is not PENDING any more.
    """
    book = visible(book_id, actor)
    if not book.is_members(actor.user_id):
        raise ForbiddenError("Only the member who added a book changes it here.")
    lifecycle.require_pending(book)
    return book


def submit(actor: Actor, said: dict[str, Any]) -> UUID:
    """Add a PENDING book of the actor's; give its id.

    `said` is what BookToAddSerializer validates. Raises DuplicateBookError, and IntegrityError on
    an ISBN that is taken.
    """
    with unique(said["title"], said["authors"], actor):
        return lifecycle.submit(created_by_id=actor.user_id, **said).pk


@transaction.atomic
def replace(book: Book, actor: Actor, said: dict[str, Any]) -> None:
    """Write all of a PENDING book anew; what changes by it is locked from now on.

    Raises InvalidStatusError, NotFoundError when it has been deleted meanwhile, and as `submit`.
    """
    book = lifecycle.hold_pending(book)
    changed = _changed(book, said)
    locked = with_locks(book.locked_fields, changed)
    with unique(said["title"], said["authors"], actor, but=book):
        lifecycle.replace(book, locked_fields=locked, **said)


def _changed(book: Book, said: dict[str, Any]) -> list[str]:
    """Name the columns that would change; a genre is the same in any case."""
    was = {name: getattr(book, name) for name in said if name != "genre_names"}
    was["genre_names"] = [tag.genre.name for tag in book.book_genres.select_related("genre")]
    return [
        name for name, value in said.items() if _folded(name, value) != _folded(name, was[name])
    ]


def _folded(name: str, value: Any) -> Any:
    if name != "genre_names":
        return value
    return list(dict.fromkeys(genre.casefold() for genre in value))


@contextmanager
def unique(
    title: str, authors: Sequence[str], actor: Actor, *, but: Book | None = None
) -> Iterator[None]:
    """Write a book of this title and these authors in the block, if there is none but this one.

    Raises DuplicateBookError with the other's id, when the actor sees it. Of members' books the
    database holds the rule, however many come at once; a publisher's is one when it is ACTIVE, as
    nobody may learn of it before.
    """
    same = Q(match_key=BookKey(Value(title), Value(list(authors), ArrayField(TextField()))))
    others = Book.objects.visible_to(actor).filter(same, TAKING)
    others = others.exclude(pk=but.pk) if but else others
    # A book that stays what it is may stay beside one that a publisher has brought since.
    if but is None or (but.title, but.authors) != (title, authors):
        _refuse(others)
    try:
        with transaction.atomic():
            yield
    except IntegrityError as exc:
        if constraint_of(exc) != "books_title_authors_unique":
            raise
        # It came a moment ago, or is hidden from the actor.
        _refuse(others)
        raise duplicate_book() from exc


def _refuse(others: QuerySet[Book]) -> None:
    book_id = others.values_list("pk", flat=True).first()
    if book_id:
        raise duplicate_book(book_id)

"""What may be the same as a pending book, side by side with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, cast

from django.urls import reverse

from moderation.books.covers import cover
from moderation.models import Flag

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from catalog.models import Book, Edition, Work
    from moderation.models import Likeness

MOST_SHOWN = 10


class Fact(NamedTuple):
    """What is said of the one and of the other."""

    label: str
    ours: str
    theirs: str

    @property
    def differs(self) -> bool:
        return self.ours != self.theirs


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another book or an edition of the catalog; `work` is what ours may be an edition of."""

    title: str
    authors: str
    kind: str
    cover: SafeString
    link: str
    work: Work | None
    facts: list[Fact]
    reasons: list[str] = field(default_factory=list)


def duplicates_of(book: Book) -> list[Duplicate]:
    """Give what is most like a book, each once, with all the reasons."""
    found = book.likenesses.select_related(
        "other_book__publisher", "other_book__edition__work", "edition__work", "edition__book"
    ).prefetch_related("edition__work__authors")
    likenesses = list(found[: 3 * MOST_SHOWN])
    order = {_target(each): place for place, each in reversed(list(enumerate(likenesses)))}
    likenesses.sort(key=lambda each: order[_target(each)])
    grouped = [list(group) for _, group in groupby(likenesses, _target)]
    return [_duplicate(book, group) for group in grouped[:MOST_SHOWN]]


def works_of(duplicates: list[Duplicate]) -> list[Work]:
    """Give the works of the catalog among them, each once."""
    return list({each.work.pk: each.work for each in duplicates if each.work}.values())


def _target(likeness: Likeness) -> tuple[str, str]:
    return str(likeness.other_book_id), str(likeness.edition_id)


def _duplicate(book: Book, likenesses: list[Likeness]) -> Duplicate:
    first = likenesses[0]
    reasons = [str(Flag(each.flag).label) for each in likenesses]
    # A constraint of the table has it that there is one of the two.
    if first.edition:
        return _of_edition(book, first.edition, reasons)
    return _of_book(book, cast("Book", first.other_book), reasons)


def _of_book(book: Book, other: Book, reasons: list[str]) -> Duplicate:
    theirs = [
        other.isbn13 or "",
        str(other.publisher or "a member"),
        _year(other),
        other.language,
    ]
    return Duplicate(
        title=other.title,
        authors="; ".join(other.authors),
        kind=f"submitted book, {other.status}",
        cover=cover(next(iter(other.cover_images), None), "", "small"),
        link=reverse("admin:catalog_book_change", args=[other.pk]),
        work=other.edition.work if other.edition and other.status == "ACTIVE" else None,
        facts=_facts(book, theirs),
        reasons=reasons,
    )


def _of_edition(book: Book, edition: Edition, reasons: list[str]) -> Duplicate:
    theirs = [
        edition.isbn13 or "",
        "",
        str(edition.publish_year or ""),
        edition.language or "",
    ]
    return Duplicate(
        title=edition.title,
        authors="; ".join(author.name for author in edition.work.authors.all()),
        kind=f"edition of “{edition.work.title}”",
        cover=cover(edition.cover_url, "", "small"),
        link=work_link(edition.work),
        work=edition.work,
        facts=_facts(book, theirs),
        reasons=reasons,
    )


def _facts(book: Book, theirs: list[str]) -> list[Fact]:
    ours = [book.isbn13 or "", str(book.publisher or "a member"), _year(book), book.language]
    labels = ("ISBN", "Publisher", "Year", "Language")
    facts = [Fact(*each) for each in zip(labels, ours, theirs, strict=True)]
    # The catalog does not know publishers, so it has nothing to say of them.
    return [fact for fact in facts if fact.theirs]


def _year(book: Book) -> str:
    return str(book.published_date.year) if book.published_date else ""


def work_link(work: Work) -> str:
    """Give the address of a work's page."""
    return reverse("admin:catalog_work_change", args=[work.pk])
